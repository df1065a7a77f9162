package reference

import (
	"context"
	"strings"
)

// finish settles the rows of a job that has ended. It returns false when the
// results could not be read: they stay in the org for days.
func (b *Bulk) finish(ctx context.Context, job Job, txs []*Transaction) bool {
	results, err := b.Results(ctx, job, txs)
	if err != nil {
		return false
	}
	if job.State != jobComplete {
		b.Log.Warn("bulk job did not complete", "job", job.ID, "state", job.State, "cause", job.ErrorMessage)
	}
	b.Settle(results)
	return true
}

// ReadResults reads all three result files and finds each transaction in them by
// its external id: the files have an order of their own. A row that is in none
// was not processed. That a job completed says nothing about its rows, and
// that it failed does not either.
func (b *Bulk) ReadResults(ctx context.Context, job Job, txs []*Transaction) ([]Result, error) {
	pending := byExternalID(txs)
	results := make([]Result, 0, len(txs))
	for _, file := range []string{"successfulResults", "failedResults", "unprocessedrecords"} {
		rows, err := b.Client.Rows(ctx, job.ID, file)
		if err != nil && !answered(b.Client.Class(err)) {
			return nil, err
		} // a file that the org does not have has no rows: what is in none is sent again
		for _, row := range rows {
			if tx := pending.take(row); tx != nil {
				results = append(results, b.row(file, row, tx))
			}
		}
	}
	for _, txs := range pending {
		for _, tx := range txs {
			results = append(results, notProcessed(tx))
		}
	}
	for _, r := range results {
		// What Bulk could not do goes the small way, which tells more about a
		// single row, and cannot fail the same job again.
		if r.Class != Delivered && job.State != jobAborted {
			r.Tx.syncOnly = true
		}
	}
	return results, nil
}

func (b *Bulk) row(file string, row map[string]string, tx *Transaction) Result {
	switch file {
	case "successfulResults":
		return Result{Tx: tx, Class: Delivered}
	case "failedResults":
		f := rowError(row["sf__Error"])
		return Result{Tx: tx, Class: b.Client.Classify(f), Cause: f.Error()}
	}
	return notProcessed(tx)
}

// NotProcessed is the cause of a row that a job did not come to.
const NotProcessed = "not processed by the job"

func notProcessed(tx *Transaction) Result {
	return Result{Tx: tx, Class: Retry, Cause: NotProcessed}
}

// rowError reads the text of sf__Error: CODE:message:fields--.
func rowError(text string) *Failure {
	code, rest, _ := strings.Cut(text, ":")
	if i := strings.LastIndex(rest, ":"); i >= 0 {
		rest = rest[:i]
	}
	return &Failure{Code: code, Message: rest}
}

// rowsOf holds the transactions of a job by external id field and value. Two
// keys may write the same record, so there may be several.
type rowsOf map[[2]string][]*Transaction

func byExternalID(txs []*Transaction) rowsOf {
	rows := rowsOf{}
	for _, tx := range txs {
		w := Writes(tx)[0]
		id := [2]string{w.Field, w.Value}
		rows[id] = append(rows[id], tx)
	}
	return rows
}

// take finds the transaction of a result row and removes it, so that each is
// settled once.
func (m rowsOf) take(row map[string]string) *Transaction {
	for column, cell := range row {
		id := [2]string{column, cell}
		if txs := m[id]; len(txs) > 0 {
			m[id] = txs[1:]
			return txs[0]
		}
	}
	return nil
}
