package harness

import (
	"cmp"
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
	s := &c.Service
	s.Call, s.Record = cmp.Or(o.Call, s.Call), cmp.Or(o.Record, s.Record)
	s.BulkStart, s.BulkChunk = cmp.Or(o.BulkStart, s.BulkStart), cmp.Or(o.BulkChunk, s.BulkChunk)
	s.BulkParallel = cmp.Or(o.BulkSlots, s.BulkParallel)
	return nil
}

// checkProfile tells whether the scenario's profile can be read.
func (s *Scenario) checkProfile() error {
	err := s.Org.strength(&mocksf.Config{})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a saved run is judged without the file
		return s.problem("$.org.profile", fmt.Sprintf("org.profile: %v", err))
	}
	return nil
}
