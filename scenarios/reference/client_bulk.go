package reference

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
)

// Job states (Bulk API 2.0 guide, Get Information About an Ingest Job).
const (
	jobOpen           = "Open"
	jobUploadComplete = "UploadComplete"
	jobComplete       = "JobComplete"
	jobFailed         = "Failed"
	jobAborted        = "Aborted"
)

// Job is what the org says about a Bulk job.
type Job struct {
	ID           string `json:"id"`
	State        string `json:"state"`
	ErrorMessage string `json:"errorMessage"`
}

// ended tells whether the job will not change any more.
func (j Job) ended() bool {
	return j.State == jobComplete || j.State == jobFailed || j.State == jobAborted
}

const ingest = "/jobs/ingest"

// CreateJob opens an upsert job.
func (c *Client) CreateJob(ctx context.Context, object, field string) (Job, error) {
	return c.job(ctx, http.MethodPost, ingest, map[string]string{
		"object": object, "externalIdFieldName": field, "operation": "upsert",
		"contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA",
	})
}

// Upload puts the rows into an open job. A job takes them once.
func (c *Client) Upload(ctx context.Context, id string, rows []byte) error {
	_, err := c.Do(ctx, Call{Method: http.MethodPut, Path: ingest + "/" + id + "/batches", Type: "text/csv", Body: rows})
	return err
}

// SetJobState closes a job (UploadComplete: begin) or aborts it.
func (c *Client) SetJobState(ctx context.Context, id, state string) (Job, error) {
	return c.job(ctx, http.MethodPatch, ingest+"/"+id, map[string]string{"state": state})
}

// GetJob asks for the state of a job.
func (c *Client) GetJob(ctx context.Context, id string) (Job, error) {
	return c.job(ctx, http.MethodGet, ingest+"/"+id, nil)
}

func (c *Client) job(ctx context.Context, method, path string, body map[string]string) (Job, error) {
	call := Call{Method: method, Path: path}
	if body != nil {
		var err error
		if call, err = jsonCall(method, path, body); err != nil {
			return Job{}, err
		}
	}
	reply, err := c.Do(ctx, call)
	if err != nil {
		return Job{}, err
	}
	var job Job
	if err := reply.decode(&job); err != nil || job.ID == "" {
		return Job{}, &Failure{Status: reply.Status, Foreign: true}
	}
	return job, nil
}

// Rows reads one of a job's result files: successfulResults, failedResults or
// unprocessedrecords. Each row maps column names to cells.
func (c *Client) Rows(ctx context.Context, id, file string) ([]map[string]string, error) {
	reply, err := c.Do(ctx, Call{Method: http.MethodGet, Path: ingest + "/" + id + "/" + file})
	if err != nil {
		return nil, err
	}
	if len(reply.Body) == 0 {
		return nil, nil // a job without any rows
	}
	if reply.Type != "text/csv" {
		return nil, &Failure{Status: reply.Status, Foreign: true}
	}
	lines, err := csv.NewReader(bytes.NewReader(reply.Body)).ReadAll()
	if err != nil {
		return nil, &Failure{Err: fmt.Errorf("%s of job %s: %w", file, id, err)}
	}
	return named(lines), nil
}

// named gives the cells of each line after the header their column's name.
func named(lines [][]string) []map[string]string {
	var rows []map[string]string
	for i, line := range lines {
		if i == 0 {
			continue
		}
		row := make(map[string]string, len(line))
		for n, cell := range line {
			row[lines[0][n]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}
