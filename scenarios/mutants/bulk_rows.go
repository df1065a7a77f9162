package mutants

import (
	"context"
	"maps"
	"slices"

	"github.com/squall-harness/squall/scenarios/reference"
)

var headerFromFirstRow = Mutant{
	Name:     "csv-header-from-first-row",
	Defect:   "It takes the columns of a Bulk file from the first record: what only others have is dropped.",
	Source:   "seen in the source of two public Go clients",
	Scenario: outage,
	Breaks:   []string{integrity},
	Run:      with(func(p *reference.Parts) { p.Bulk.Tables = tablesByFirstRow }),
}

func tablesByFirstRow(txs []*reference.Transaction) []reference.Table {
	var tables []reference.Table
	place := map[string]int{}
	for _, tx := range txs {
		w := reference.Writes(tx)[0]
		cells := reference.Cells(w, reference.Cell)
		i, known := place[w.Object]
		if !known {
			i = len(tables)
			place[w.Object] = i
			columns := slices.Sorted(maps.Keys(cells))
			tables = append(tables, reference.Table{Object: w.Object, Field: w.Field, Columns: columns})
		}
		tables[i].Add(tx, cells)
	}
	return tables
}

var nullAsEmpty = Mutant{
	Name:     "null-as-empty",
	Defect:   "It writes null as an empty cell on the Bulk path: the field is left alone instead of cleared.",
	Source:   "seen in the source of public clients and in fixes of several others",
	Scenario: outage,
	Breaks:   []string{integrity},
	Run: with(func(p *reference.Parts) {
		p.Bulk.Tables = func(txs []*reference.Transaction) []reference.Table {
			return reference.Tables(txs, func(value any) string {
				if value == nil {
					return ""
				}
				return reference.Cell(value)
			})
		}
	}),
}

var jobSuccess = Mutant{
	Name:     "job-success-is-row-success",
	Defect:   "It takes a Bulk job that is complete for the success of every row in it.",
	Source:   "seen in several public connectors: the file of failed rows was never read",
	Scenario: bulkRows,
	Breaks:   []string{noLoss},
	Run: with(reading(func(job reference.Job, r reference.Result) bool {
		return job.State == "JobComplete"
	})),
}

var failedJobSkipped = Mutant{
	Name:     "failed-job-skipped",
	Defect:   "It writes a line into its log when a Bulk job failed, and goes on with the next one.",
	Source:   "seen in a public connector: failed jobs are skipped, and the user knows from the logs only",
	Scenario: bulkFails,
	Breaks:   []string{noLoss},
	Run: with(reading(func(job reference.Job, r reference.Result) bool {
		return job.State == "Failed"
	})),
}

var failedWithoutMessage = Mutant{
	Name:     "failed-without-message",
	Defect:   "It knows a failed Bulk job by its error message: one that failed without a word was good.",
	Source:   "seen in the source of a public Go client",
	Scenario: bulkFails,
	Breaks:   []string{noLoss},
	Run: with(reading(func(job reference.Job, r reference.Result) bool {
		return job.State == "Failed" && job.ErrorMessage == ""
	})),
}

var unprocessedIgnored = Mutant{
	Name:     "unprocessed-ignored",
	Defect:   "It reads the files of good and of failed rows: a row in neither, because the job ended early, is dropped.",
	Source:   "seen in the source of a public Go client that never asks for unprocessed rows",
	Scenario: bulkFails,
	Breaks:   []string{noLoss},
	Run: with(reading(func(_ reference.Job, r reference.Result) bool {
		return r.Cause == reference.NotProcessed
	})),
}

// reading takes for delivered, beside the good rows of a job, those that pass.
func reading(passes func(reference.Job, reference.Result) bool) func(*reference.Parts) {
	return func(p *reference.Parts) {
		read := p.Bulk.Results
		p.Bulk.Results = func(ctx context.Context, job reference.Job, txs []*reference.Transaction) ([]reference.Result, error) {
			done, err := read(ctx, job, txs)
			for i, r := range done {
				if passes(job, r) {
					done[i].Class = reference.Delivered
				}
			}
			return done, err
		}
	}
}

var resultByIndex = Mutant{
	Name:     "result-by-index",
	Defect:   "It takes the n-th line of a Bulk result for the n-th row that it sent: with one row refused, others are mixed up.",
	Source:   "seen in public issues about result files in which failed rows have no id",
	Scenario: bulkRows,
	Breaks:   []string{noLoss},
	Run: with(func(p *reference.Parts) {
		p.Bulk.Results = func(ctx context.Context, job reference.Job, txs []*reference.Transaction) ([]reference.Result, error) {
			good, err := p.Client.Rows(ctx, job.ID, "successfulResults")
			done := results(reference.Batch{Txs: txs}, reference.Retry, "refused")
			for i := range min(len(good), len(done)) {
				done[i].Class = reference.Delivered
			}
			return done, err
		}
	}),
}
