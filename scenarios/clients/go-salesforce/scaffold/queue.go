package scaffold

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
)

// queue is a durable queue of the simplest kind: a file of lines. A line is a
// transaction that came in, or the id of one that is done.
type queue struct {
	mu    sync.Mutex
	file  *os.File
	known map[string]bool
	open  []Transaction
}

type line struct {
	Add  *Transaction
	Done string
}

func openQueue(dir string) (*queue, error) {
	path := filepath.Join(dir, "queue.jsonl")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	q := &queue{file: f, known: map[string]bool{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) == nil {
			q.apply(l)
		}
	}
	return q, lines.Err()
}

func (q *queue) apply(l line) {
	if l.Add != nil && !q.known[l.Add.ID] {
		q.known[l.Add.ID] = true
		q.open = append(q.open, *l.Add)
	}
	for i, t := range q.open {
		if t.ID == l.Done {
			q.open = append(q.open[:i:i], q.open[i+1:]...)
			break
		}
	}
}

func (q *queue) write(lines ...line) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	var text []byte
	for _, l := range lines {
		b, err := json.Marshal(l)
		if err != nil {
			return err
		}
		text = append(append(text, b...), '\n')
	}
	if _, err := q.file.Write(text); err != nil {
		return err
	}
	for _, l := range lines {
		q.apply(l)
	}
	return q.file.Sync()
}

func (q *queue) add(t Transaction) error { return q.write(line{Add: &t}) }

func (q *queue) done(all ...Transaction) error {
	lines := make([]line, len(all))
	for i, t := range all {
		lines[i].Done = t.ID
	}
	return q.write(lines...)
}

func (q *queue) waiting() []Transaction {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]Transaction(nil), q.open...)
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.open)
}
