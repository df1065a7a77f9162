package dense

// Columns lists the columns.
func (t *Intents) Columns() []Column {
	return []Column{
		{"op", &t.Op}, {"at", &t.At}, {"key", &t.Key}, {"token", &t.Token}, {"target", &t.Target},
		{"parent", &t.Parent}, {"fields", &t.Fields}, {"version", &t.Version}, {"flags", &t.Flags},
	}
}

// Rows counts the rows.
func (t *Intents) Rows() int { return len(t.Op) }

// Clear removes all rows.
func (t *Intents) Clear() { *t = Intents{} }

// Append copies a row of another table.
func (t *Intents) Append(from *Intents, i int) {
	t.Op = append(t.Op, from.Op[i])
	t.At = append(t.At, from.At[i])
	t.Key = append(t.Key, from.Key[i])
	t.Token = append(t.Token, from.Token[i])
	t.Target = append(t.Target, from.Target[i])
	t.Parent = append(t.Parent, from.Parent[i])
	t.Fields = append(t.Fields, from.Fields[i])
	t.Version = append(t.Version, from.Version[i])
	t.Flags = append(t.Flags, from.Flags[i])
}

// Columns lists the columns.
func (t *Answers) Columns() []Column {
	return []Column{{"op", &t.Op}, {"seq", &t.Seq}, {"start", &t.Start}, {"end", &t.End}, {"outcome", &t.Outcome}}
}

// Rows counts the rows.
func (t *Answers) Rows() int { return len(t.Op) }

// Clear removes all rows.
func (t *Answers) Clear() { *t = Answers{} }

// Append copies a row of another table.
func (t *Answers) Append(from *Answers, i int) {
	t.Op = append(t.Op, from.Op[i])
	t.Seq = append(t.Seq, from.Seq[i])
	t.Start = append(t.Start, from.Start[i])
	t.End = append(t.End, from.End[i])
	t.Outcome = append(t.Outcome, from.Outcome[i])
}

// Columns lists the columns.
func (t *Notes) Columns() []Column { return []Column{{"seq", &t.Seq}, {"kind", &t.Kind}} }

// Rows counts the rows.
func (t *Notes) Rows() int { return len(t.Seq) }

// Clear removes all rows.
func (t *Notes) Clear() { *t = Notes{} }

// Columns lists the columns.
func (t *Changes) Columns() []Column {
	return []Column{
		{"lsn", &t.LSN}, {"at", &t.At}, {"token", &t.Token}, {"target", &t.Target}, {"fields", &t.Fields},
		{"record", &t.Record}, {"lookup", &t.Lookup}, {"request", &t.Request}, {"flags", &t.Flags},
	}
}

// Rows counts the rows.
func (t *Changes) Rows() int { return len(t.LSN) }

// Clear removes all rows.
func (t *Changes) Clear() { *t = Changes{} }

// Append copies a row of another table.
func (t *Changes) Append(from *Changes, i int) {
	t.LSN = append(t.LSN, from.LSN[i])
	t.At = append(t.At, from.At[i])
	t.Token = append(t.Token, from.Token[i])
	t.Target = append(t.Target, from.Target[i])
	t.Fields = append(t.Fields, from.Fields[i])
	t.Record = append(t.Record, from.Record[i])
	t.Lookup = append(t.Lookup, from.Lookup[i])
	t.Request = append(t.Request, from.Request[i])
	t.Flags = append(t.Flags, from.Flags[i])
}

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
