package main

import (
	"errors"
	"flag"
	"os"

	"github.com/squall-harness/squall/mocksf"
)

// loginFlags are the flags that say whom the org lets in. What they return
// completes the settings once the flags are parsed. Secrets may come by the
// environment, since other users of the machine see command lines.
func loginFlags(f *flag.FlagSet, cfg *mocksf.Config) (complete func() error) {
	f.StringVar(&cfg.ClientID, "client-id", "", "")
	f.StringVar(&cfg.ClientSecret, "client-secret", os.Getenv("SQUALL_CLIENT_SECRET"), "")
	f.StringVar(&cfg.Username, "username", "", "")
	f.StringVar(&cfg.Password, "password", os.Getenv("SQUALL_PASSWORD"), "")
	key := f.String("jwt-key", "", "")
	return func() (err error) {
		if *key == "" {
			return nil
		}
		if cfg.ClientID == "" {
			return errors.New("whose key is that? Write the client id after --client-id")
		}
		app := mocksf.ConnectedApp{ClientID: cfg.ClientID, Secret: cfg.ClientSecret}
		if app.Key, err = os.ReadFile(*key); err != nil {
			return err
		}
		cfg.Auth.Apps = []mocksf.ConnectedApp{app}
		return cfg.Auth.Check()
	}
}

// wanted says in words what a login must bring.
func wanted(cfg mocksf.Config) string {
	if cfg.ClientID+cfg.ClientSecret+cfg.Username+cfg.Password == "" {
		return "any client id and secret"
	}
	return "the credentials that you chose"
}
