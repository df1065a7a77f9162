package fault

import (
	"errors"
	"fmt"
)

var restore = Kind{
	Name:  "restore",
	Does:  "The org is put back to the state that it had so long before: what was committed since is gone, and bulk jobs created since are unknown.",
	Needs: []string{"back"},
	Hits:  "commits that lost their effect",
	check: func(f Fault) error {
		if f.Back > f.At {
			return fmt.Errorf("back is %v and at is %v: there is no backup from before the first transaction", f.Back, f.At)
		}
		return nil
	},
	begin: func(n *Nemesis, w *window) (effect, error) {
		if n.Org == nil {
			return nil, errors.New("there is no org to put back")
		}
		return restoring{w, n.Org.Backup()}, nil
	},
}

// restoring begins with the backup, unseen; its end is the fault.
type restoring struct {
	window *window
	undo   func() int
}

func (r restoring) end() (hits int, note string, err error) {
	r.window.struck()
	return r.undo(), "commits that lost their effect", nil
}
