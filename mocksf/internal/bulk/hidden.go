package bulk

// hidden says that a column names a field that the job's user may not see, in
// the words for a field that does not exist; "" when there is none.
func (q *Queue) hidden(p *plan, identity string, header []string) string {
	for i, c := range p.columns {
		if q.cfg.Hidden != nil && c.use != recordID && q.cfg.Hidden(identity, p.table, c.field) {
			return noSuchField + header[i]
		}
	}
	return ""
}
