package reference

import (
	"database/sql"
	"fmt"
	"time"
)

func (o *sqliteOutbox) Delivered(since time.Time, skip, most int) (txs []*Transaction, err error) {
	const query = `SELECT seq, body, sent FROM transactions WHERE state = 'delivered' AND body <> x'' AND sent >= ? ORDER BY sent DESC LIMIT ? OFFSET ?`
	err = o.writer.do(func(w *sql.Tx) error {
		txs = nil
		rows, err := w.Query(query, since.UnixNano(), most, skip)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			tx, err := deliveredRow(rows)
			if err != nil {
				return err
			}
			txs = append(txs, tx)
		}
		return rows.Err()
	}, func() {})
	return txs, err
}

func deliveredRow(rows *sql.Rows) (*Transaction, error) {
	var seq, sent int64
	var body []byte
	if err := rows.Scan(&seq, &body, &sent); err != nil {
		return nil, err
	}
	tx, err := Decode(body)
	if err != nil {
		return nil, fmt.Errorf("stored transaction %d: %w", seq, err)
	}
	tx.seq, tx.claimed = seq, time.Unix(0, sent)
	return tx, nil
}

func (o *sqliteOutbox) Revive(txs []*Transaction) error {
	return o.writer.do(func(w *sql.Tx) error {
		for _, tx := range txs {
			if _, err := w.Exec(`UPDATE transactions SET state = 'waiting' WHERE id = ?`, tx.ID); err != nil {
				return err
			}
		}
		return nil
	}, func() { o.waiting.Add(int64(len(txs))) })
}

func (o *sqliteOutbox) Forget(before time.Time) error {
	return o.writer.do(func(w *sql.Tx) error {
		_, err := w.Exec(`UPDATE transactions SET body = x'' WHERE state = 'delivered' AND body <> x'' AND sent < ?`, before.UnixNano())
		return err
	}, func() {})
}
