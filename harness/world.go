package harness

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing/synctest"
	"time"

	"github.com/squall-harness/squall/harness/fault"
	"github.com/squall-harness/squall/harness/simnet"
	"github.com/squall-harness/squall/harness/subject"
)

// world is what a run takes from its surroundings: this machine's sockets and
// clock, or a network in memory and virtual time.
type world struct {
	subject.World
	link      func(upstream string) (*fault.Link, error)
	freeAddr  func() (string, error) // for the subject, which must be told its port
	tokenSeed uint64                 // of the org: tokens travel, and what travels must be the same again; 0: nobody can guess them
	stateDir  string                 // "": in the run directory
}

func realWorld() *world {
	return &world{World: subject.World{Network: subject.Machine()}, link: fault.Listen, freeAddr: freeAddr}
}

// hop is how long a chunk of bytes travels in virtual time, one way.
const hop = 200 * time.Microsecond

// bubble is the world inside a bubble of testing/synctest.
func bubble(seed uint64, stateDir string) *world {
	network := simnet.New(seed, hop)
	return &world{
		World:     subject.World{Network: network, Settle: synctest.Wait},
		link:      func(upstream string) (*fault.Link, error) { return fault.ListenOn(network, upstream) },
		freeAddr:  func() (string, error) { return "127.0.0.1:8080", nil },
		tokenSeed: seed | 1,
		stateDir:  stateDir,
	}
}

// The ports that subjects are told to listen on lie below those that systems
// hand out by themselves (Linux from 32768 on, others from 49152 on): while the
// subject is down, no connection of the run is given its port by chance.
const (
	firstPort = 20_000
	lastPort  = 32_000
)

// freeAddr finds a loopback port. It is free when we look; nobody can promise
// more to a program that must be told its port.
func freeAddr() (string, error) {
	var err error
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(lastPort-firstPort))
		var l net.Listener
		if l, err = net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", fmt.Errorf("no free port for the subject: %w", err)
}
