package harness

import (
	"github.com/squall-harness/squall/harness/crowd"
	"github.com/squall-harness/squall/harness/history"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// startCrowd lets readers and users work in the org beside the integration
// until the run is over.
func (r *rig) startCrowd(ops []history.Operation) {
	if r.scenario.Crowd.Readers+r.scenario.Crowd.Users == 0 {
		return
	}
	c := &crowd.Crowd{Spec: r.scenario.Crowd, Org: r.org, Version: r.scenario.Org.APIVersion, Name: commitlog.CrowdIdentity,
		Ops: ops, Now: r.recorder.Now, Seed: r.scenario.Seed}
	r.background.Go(func() { c.Run(r.running) })
}

// onRead takes a line of the read log.
func (r *rig) onRead(q commitlog.Read) { r.ledgers.Read(q) }
