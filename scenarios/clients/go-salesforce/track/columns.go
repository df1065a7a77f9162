package main

import "github.com/squall-harness/squall/scenarios/clients/go-salesforce/scaffold"

// firstRecordColumns upserts in bulk. The client takes the columns of the file
// from the first record: fields that only others have are dropped.
func firstRecordColumns(sf connection) error {
	return upsertBulk(sf, func(records []map[string]any) []map[string]any { return records }, clearedByNA)
}

// allColumns gives every record all columns; an empty cell leaves a field alone.
func allColumns(sf connection) error { return upsertBulk(sf, sameColumns, clearedByNA) }

// nullAsEmpty upserts in bulk. The client writes nil as an empty cell, which
// leaves the field as it is where it should have been cleared.
func nullAsEmpty(sf connection) error {
	return upsertBulk(sf, sameColumns, func(map[string]any) {})
}

// nullAsNA writes what the Bulk API takes for null.
func nullAsNA(sf connection) error { return upsertBulk(sf, sameColumns, clearedByNA) }

func upsertBulk(sf connection, shape func([]map[string]any) []map[string]any, null func(map[string]any)) error {
	return scaffold.Queued(func(waiting []scaffold.Transaction, done func(...scaffold.Transaction) error) error {
		records := tabled(waiting)
		for _, r := range records {
			null(r)
		}
		if _, err := sf().UpsertBulk("Contact", "Ext_Id__c", shape(records), 10000, true); err != nil {
			return err
		}
		return done(waiting...)
	})
}

func clearedByNA(record map[string]any) {
	for name, value := range record {
		if value == nil {
			record[name] = "#N/A"
		}
	}
}

func sameColumns(records []map[string]any) []map[string]any {
	all := map[string]any{}
	for _, r := range records {
		for name := range r {
			all[name] = nil
		}
	}
	for _, r := range records {
		for name := range all {
			if _, there := r[name]; !there {
				r[name] = nil
			}
		}
	}
	return records
}
