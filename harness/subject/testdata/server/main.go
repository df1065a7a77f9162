// Command server is a subject for the tests of containers: it counts its lives
// in STATE_DIR, says so on GET /healthz, and ends on SIGTERM.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	path := filepath.Join(os.Getenv("STATE_DIR"), "lives")
	lives, _ := os.ReadFile(path)
	lives = append(lives, 'x')
	if err := os.WriteFile(path, lives, 0o644); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("life", len(lives))
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		fmt.Println(http.ListenAndServe(os.Getenv("LISTEN_ADDR"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, len(lives))
		})))
	}()
	<-stop
	fmt.Println("goodbye")
}
