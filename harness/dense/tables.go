package dense

// Columns lists the columns.
func (t *Operations) Columns() []Column {
	return []Column{{"op", &t.Op}, {"at", &t.At}, {"key", &t.Key}, {"records", &t.Records}, {"flags", &t.Flags}}
}

// Rows counts the rows.
func (t *Operations) Rows() int { return len(t.Op) }

// Clear removes all rows.
func (t *Operations) Clear() { *t = Operations{} }

// Columns lists the columns.
func (t *Intents) Columns() []Column {
	return []Column{{"op", &t.Op}, {"token", &t.Token}, {"key", &t.Key}, {"target", &t.Target}, {"parent", &t.Parent}, {"flags", &t.Flags}}
}

// Rows counts the rows.
func (t *Intents) Rows() int { return len(t.Op) }

// Clear removes all rows.
func (t *Intents) Clear() { *t = Intents{} }

// Columns lists the columns.
func (t *Answers) Columns() []Column {
	return []Column{{"op", &t.Op}, {"seq", &t.Seq}, {"start", &t.Start}, {"end", &t.End}, {"outcome", &t.Outcome}}
}

// Rows counts the rows.
func (t *Answers) Rows() int { return len(t.Op) }

// Clear removes all rows.
func (t *Answers) Clear() { *t = Answers{} }

// Columns lists the columns.
func (t *Notes) Columns() []Column { return []Column{{"seq", &t.Seq}, {"kind", &t.Kind}} }

// Rows counts the rows.
func (t *Notes) Rows() int { return len(t.Seq) }

// Clear removes all rows.
func (t *Notes) Clear() { *t = Notes{} }

// Columns lists the columns.
func (t *Effects) Columns() []Column {
	return []Column{{"lsn", &t.LSN}, {"at", &t.At}, {"op", &t.Op}, {"flags", &t.Flags}}
}

// Rows counts the rows.
func (t *Effects) Rows() int { return len(t.LSN) }

// Clear removes all rows.
func (t *Effects) Clear() { *t = Effects{} }

// Columns lists the columns.
func (t *Changes) Columns() []Column {
	return []Column{{"op", &t.Op}, {"target", &t.Target}, {"record", &t.Record}, {"request", &t.Request}, {"flags", &t.Flags}}
}

// Rows counts the rows.
func (t *Changes) Rows() int { return len(t.Op) }

// Clear removes all rows.
func (t *Changes) Clear() { *t = Changes{} }

// Columns lists the columns.
func (t *Strays) Columns() []Column { return []Column{{"token", &t.Token}, {"flags", &t.Flags}} }

// Rows counts the rows.
func (t *Strays) Rows() int { return len(t.Token) }

// Clear removes all rows.
func (t *Strays) Clear() { *t = Strays{} }

// Columns lists the columns.
func (t *Requests) Columns() []Column {
	return []Column{{"at", &t.At}, {"took", &t.Took}, {"id", &t.ID}, {"job", &t.Job}, {"flags", &t.Flags}}
}

// Rows counts the rows.
func (t *Requests) Rows() int { return len(t.At) }

// Clear removes all rows.
func (t *Requests) Clear() { *t = Requests{} }

// Columns lists the columns.
func (t *Traces) Columns() []Column { return []Column{{"request", &t.Request}, {"token", &t.Token}} }

// Rows counts the rows.
func (t *Traces) Rows() int { return len(t.Request) }

// Clear removes all rows.
func (t *Traces) Clear() { *t = Traces{} }
