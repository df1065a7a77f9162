package reference

import (
	"database/sql"
	"errors"
	"fmt"
)

func (o *sqliteOutbox) Waiting() (txs []*Transaction, err error) {
	err = o.each(`SELECT id, body, job FROM transactions WHERE state = 'waiting' ORDER BY seq`, func(row *sql.Rows) error {
		var id, job string
		var body []byte
		if err := row.Scan(&id, &body, &job); err != nil {
			return err
		}
		tx, err := Decode(body)
		if err != nil {
			return fmt.Errorf("stored transaction %s: %w", id, err)
		}
		tx.job = job
		txs = append(txs, tx)
		return nil
	})
	return txs, err
}

func (o *sqliteOutbox) Cursor() (cursor string, err error) {
	err = o.each(`SELECT cursor FROM feed`, func(row *sql.Rows) error { return row.Scan(&cursor) })
	return cursor, err
}

func (o *sqliteOutbox) Fired() (map[string]bool, error) {
	fired := map[string]bool{}
	err := o.each(`SELECT alert FROM firing`, func(row *sql.Rows) error {
		var alert string
		err := row.Scan(&alert)
		fired[alert] = true
		return err
	})
	return fired, err
}

func (o *sqliteOutbox) readLetters() error {
	const query = `SELECT letter FROM (SELECT seq, id || ': ' || cause AS letter FROM transactions WHERE state = 'dead' ORDER BY seq DESC LIMIT 500) ORDER BY seq`
	return o.each(query, func(row *sql.Rows) error {
		var letter string
		err := row.Scan(&letter)
		o.addLetter(letter)
		return err
	})
}

func (o *sqliteOutbox) each(query string, scan func(*sql.Rows) error) error {
	rows, err := o.db.Query(query)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
