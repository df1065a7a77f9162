package harness

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/squall-harness/squall/mocksf"
)

// strength makes an org as strong as the scenario says: as its profile, but for
// the service times that are written out.
func (o Org) strength(c *mocksf.Config) error {
	if o.Profile != "" {
		p, err := mocksf.LoadProfile(o.Profile)
		if err != nil {
			return err
		}
		p.Apply(c)
	}
	written(&c.Service.Call, o.Call)
	written(&c.Service.Record, o.Record)
	written(&c.Service.BulkStart, o.BulkStart)
	written(&c.Service.BulkChunk, o.BulkChunk)
	written(&c.Service.BulkParallel, o.BulkSlots)
	return nil
}

func written[T comparable](into *T, value T) {
	var nothing T
	if value != nothing {
		*into = value
	}
}

// checkProfile tells whether the scenario's profile can be read.
func (s *Scenario) checkProfile() error {
	err := s.Org.strength(&mocksf.Config{})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a saved run is judged without the file
		return s.problem("$.org.profile", fmt.Sprintf("org.profile: %v", err))
	}
	return nil
}
