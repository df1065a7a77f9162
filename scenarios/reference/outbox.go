package reference

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Outbox is the memory of the integration: what it returns without error has
// happened for good, also after a crash of the machine.
type Outbox interface { //nolint:interfacebloat // one store, and each of these is one question to it
	// Accept stores a new transaction. One with a known id is left as it is.
	Accept(tx *Transaction) error
	// Fetched stores a page of the source's feed: new transactions like Accept,
	// and the cursor behind them, all or nothing.
	Fetched(cursor string, txs []*Transaction) error
	// Cursor is that of the last page, "" when there was none.
	Cursor() (string, error)
	// Settle stores what became of transactions: delivered, dead letter
	// (Permanent), or back to waiting, out of the Bulk job they were part of.
	Settle(results []Result) error
	// Assign stores that transactions are part of a Bulk job.
	Assign(job string, txs []*Transaction) error
	// Waiting reads all that is neither delivered nor dead, oldest first.
	Waiting() ([]*Transaction, error)
	// Delivered reads what was delivered since a time, the latest first: so many
	// after skipping some.
	Delivered(since time.Time, skip, most int) ([]*Transaction, error)
	// Revive makes what was delivered wait again.
	Revive(txs []*Transaction) error
	// Forget drops the contents of what was delivered before a time.
	Forget(before time.Time) error
	// OnStored sets what is told of each new transaction, in the order of
	// their acceptance and before Accept returns.
	OnStored(func(*Transaction))
	// Counts returns how many transactions wait and how many are dead letters.
	Counts() (waiting, dead int)
	// Dead names the latest dead letters with their causes, up to five hundred, the
	// newest last.
	Dead() []string
	// Fired reads and SetFired stores which alerts are firing.
	Fired() (map[string]bool, error)
	SetFired(alert string, firing bool) error
	Close() error
}

// A delivered transaction keeps its id, so that it is known when the source
// offers it again; its body is dropped after some time (Forget).
const schema = `
CREATE TABLE IF NOT EXISTS transactions (
	seq   INTEGER PRIMARY KEY,
	id    TEXT NOT NULL UNIQUE,
	state TEXT NOT NULL DEFAULT 'waiting', -- waiting, delivered, dead
	body  BLOB NOT NULL,
	sent  INTEGER NOT NULL DEFAULT 0,      -- when its delivery began, in ns
	job   TEXT NOT NULL DEFAULT '',        -- id of the Bulk job it is part of
	cause TEXT NOT NULL DEFAULT ''         -- why it is dead
);
CREATE INDEX IF NOT EXISTS waiting ON transactions (seq) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS delivered ON transactions (sent) WHERE state = 'delivered' AND body <> x'';
CREATE TABLE IF NOT EXISTS firing (alert TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS feed (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL);`

// sqliteOutbox keeps the outbox in one SQLite file. All writes go through one
// goroutine (see writer), all reads happen before it starts.
type sqliteOutbox struct {
	db       *sql.DB
	insert   *sql.Stmt
	update   *sql.Stmt
	writer   *writer
	onStored func(*Transaction)
	waiting  atomic.Int64
	dead     atomic.Int64
	mu       sync.Mutex
	letters  []string // the latest dead letters
}

// OpenOutbox opens or creates the outbox in dir. The file is locked while it
// is open: two integrations on one outbox could not keep the order of keys.
func OpenOutbox(dir string) (Outbox, error) { return openOutbox(dir, 5_000) }

// openOutbox waits up to patience milliseconds for an earlier user to end.
func openOutbox(dir string, patience int) (Outbox, error) {
	file, err := filepath.Abs(filepath.Join(dir, "outbox.db"))
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	pragmas := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", patience), "locking_mode(EXCLUSIVE)", "journal_mode(WAL)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file, RawQuery: pragmas.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("outbox %s: %w", file, err)
	}
	db.SetMaxOpenConns(1)
	o := &sqliteOutbox{db: db, onStored: func(*Transaction) {}}
	if err := o.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("outbox %s: %w", file, err), db.Close())
	}
	return o, nil
}

func (o *sqliteOutbox) open() error {
	if _, err := o.db.Exec(schema); err != nil {
		return err
	}
	var waiting, dead int64
	err := o.db.QueryRow(`SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead')
		FROM transactions WHERE state <> 'delivered'`).Scan(&waiting, &dead)
	if err != nil {
		return err
	}
	o.waiting.Store(waiting)
	o.dead.Store(dead)
	if err := o.readLetters(); err != nil {
		return err
	}
	if err := o.prepare(); err != nil {
		return err
	}
	o.writer = startWriter(o.db)
	return nil
}

// prepare lets SQLite read once what is done for every transaction.
func (o *sqliteOutbox) prepare() (err error) {
	if o.insert, err = o.db.Prepare(`INSERT INTO transactions (id, body) VALUES (?, ?) ON CONFLICT (id) DO NOTHING`); err != nil {
		return err
	}
	o.update, err = o.db.Prepare(`UPDATE transactions SET state = ?, cause = ?, sent = ?, job = '' WHERE id = ? AND state = 'waiting'`)
	return err
}

func (o *sqliteOutbox) OnStored(f func(*Transaction)) { o.onStored = f }

func (o *sqliteOutbox) Accept(tx *Transaction) error {
	return o.accept([]*Transaction{tx}, func(*sql.Tx) error { return nil })
}

func (o *sqliteOutbox) Fetched(cursor string, txs []*Transaction) error {
	return o.accept(txs, func(w *sql.Tx) error {
		_, err := w.Exec(`INSERT INTO feed VALUES (1, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor`, cursor)
		return err
	})
}

// accept stores transactions together with something else, and announces those
// that are new.
func (o *sqliteOutbox) accept(txs []*Transaction, also func(*sql.Tx) error) error {
	var fresh []*Transaction
	return o.writer.do(func(w *sql.Tx) error {
		for _, tx := range txs {
			result, err := w.Stmt(o.insert).Exec(tx.ID, tx.body)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil {
				return err
			} else if n == 1 {
				fresh = append(fresh, tx)
			}
		}
		return also(w)
	}, func() {
		for _, tx := range fresh {
			o.waiting.Add(1)
			o.onStored(tx)
		}
	})
}

func (o *sqliteOutbox) Settle(results []Result) error {
	var settled []Result
	return o.writer.do(func(w *sql.Tx) error {
		for _, r := range results {
			changed, err := o.settleOne(w, r)
			if err != nil {
				return err
			}
			if changed {
				settled = append(settled, r)
			}
		}
		return nil
	}, func() {
		for _, r := range settled {
			o.count(r)
		}
	})
}

// settleOne tells whether it changed anything: what is settled stays as it is.
func (o *sqliteOutbox) settleOne(w *sql.Tx, r Result) (changed bool, err error) {
	state, cause := "waiting", ""
	switch r.Class {
	case Delivered:
		state = "delivered"
	case Permanent:
		state, cause = "dead", r.Cause
	default:
		if r.Tx.job == "" {
			return false, nil
		}
	}
	result, err := w.Stmt(o.update).Exec(state, cause, r.Tx.claimed.UnixNano(), r.Tx.ID)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

func (o *sqliteOutbox) count(r Result) {
	r.Tx.job = ""
	switch r.Class {
	case Delivered:
		o.waiting.Add(-1)
	case Permanent:
		o.waiting.Add(-1)
		o.dead.Add(1)
		o.addLetter(r.Tx.ID + ": " + r.Cause)
	default:
	}
}

func (o *sqliteOutbox) Assign(job string, txs []*Transaction) error {
	return o.writer.do(func(w *sql.Tx) error {
		for _, tx := range txs {
			if _, err := w.Exec(`UPDATE transactions SET job = ? WHERE id = ?`, job, tx.ID); err != nil {
				return err
			}
		}
		return nil
	}, func() {
		for _, tx := range txs {
			tx.job = job
		}
	})
}

func (o *sqliteOutbox) SetFired(alert string, firing bool) error {
	query := `DELETE FROM firing WHERE alert = ?`
	if firing {
		query = `INSERT INTO firing (alert) VALUES (?) ON CONFLICT DO NOTHING`
	}
	return o.writer.do(func(w *sql.Tx) error {
		_, err := w.Exec(query, alert)
		return err
	}, func() {})
}

func (o *sqliteOutbox) Counts() (waiting, dead int) { return int(o.waiting.Load()), int(o.dead.Load()) }

func (o *sqliteOutbox) Dead() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.letters)
}

// mostLetters is how many dead letters are named to people.
const mostLetters = 500

func (o *sqliteOutbox) addLetter(letter string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, letter)
	o.letters = o.letters[max(0, len(o.letters)-mostLetters):]
}

// Close ends the writer after what it has begun, and releases the file.
func (o *sqliteOutbox) Close() error {
	o.writer.stop()
	return o.db.Close()
}
