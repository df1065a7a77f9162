package reports

import (
	"time"

	"github.com/squall-harness/squall/harness/match"
	"github.com/squall-harness/squall/harness/recovery"
	"github.com/squall-harness/squall/harness/rundir"
	"github.com/squall-harness/squall/harness/verify"
)

func (s *sample) data() Data {
	return Data{
		History: s.h, Commits: s.commits, Requests: s.requests, Scenario: []byte("name: outage\nseed: 7\n# " + hostile + "\n"),
		Files: []rundir.File{rundir.VerdictFile, rundir.JUnitFile, rundir.ScenarioFile, rundir.HistoryFile, rundir.CommitsFile, rundir.LogFile},
	}
}

func (s *sample) summary(broken bool) Summary {
	settings := verify.Settings{TokenField: "Token__c", Budget: 15 * time.Second}
	found := verify.JudgeAll(verify.Input{History: s.h, Commits: s.commits, Requests: s.requests, Settings: settings})
	verdicts := found.Verdicts
	out := Summary{
		Version:  FormatVersion,
		Scenario: Scenario{Name: "outage", Promise: "An outage of Salesforce and a crash of the integration cost nothing but time.", Budget: settings.Budget},
		Seed:     7, Subject: Subject{Name: "reference", Command: "squall reference --listen"},
		Result: verify.Overall(verdicts), Sentence: verify.Sentence(verdicts), Repeat: "squall run outage --seed 7",
		Guarantees: verdicts, Recovery: recovery.Measure(s.h, s.commits, s.requests, match.Names{}), Windows: s.h.Windows,
		Operations: Operations{Offered: len(s.h.Operations), Accepted: len(s.h.Operations), Commits: len(s.commits), Requests: len(s.requests)},
		Unknowns:   found.Unknowns,
		Redelivery: found.Redelivery,
		Alerts:     Alerts{List: s.h.Alerts, Delay: at(4.1), Told: true},
		Load:       Load{Target: sampleRate, Achieved: 129.98, LagP99: 880 * time.Microsecond},
		Environment: Environment{Squall: "0.1.0", Go: "go1.26.8", OS: "linux/amd64", CPUs: 2,
			Started: time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC), Took: 48 * time.Second},
	}
	for _, op := range s.h.Operations {
		out.Operations.Attempts += len(op.Attempts)
		out.Operations.Records += len(op.Records)
		if len(op.Records) > 1 {
			out.Operations.Units++
		}
	}
	out.Operations.Committed = out.Recovery.Curve[len(out.Recovery.Curve)-1].Committed
	if broken {
		out.Exit = 1
		out.Notes = []string{"The request log was cut off at block 12; the verdict rests on what is there."}
	}
	out.NotTested = NotTested(out, s.data())
	return out
}
