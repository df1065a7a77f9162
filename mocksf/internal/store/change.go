package store

import "github.com/squall-harness/squall/mocksf/commitlog"

// change is a commitlog.Change as the store keeps it: dense, so that the log
// of a long run costs little memory and hardly any work of the garbage
// collector. It is unpacked when the log is read.
type change struct {
	table    *Table
	written  packed // what the write carried, cleared fields as ""
	external string
	n        uint32 // counting part of the record's id
	op       op
}

type op uint8

const (
	opInsert op = iota
	opUpdate
	opDelete
)

var opNames = [...]commitlog.Op{opInsert: commitlog.Insert, opUpdate: commitlog.Update, opDelete: commitlog.Delete}

func unpackAll(changes []change) []commitlog.Change {
	list := make([]commitlog.Change, len(changes))
	for i, c := range changes {
		list[i] = c.unpack()
	}
	return list
}

func (c change) unpack() commitlog.Change {
	u := commitlog.Change{Op: opNames[c.op], Object: c.table.Name, ID: MakeID(c.table.Prefix, c.n), ExternalID: c.external}
	if c.op == opDelete {
		return u
	}
	u.Fields = map[string]any{}
	c.written.each(func(field int, text string) {
		f := &c.table.Fields[field]
		u.Fields[f.Name] = nil
		if text != "" {
			u.Fields[f.Name] = typed(f, text)
		}
	})
	return u
}
