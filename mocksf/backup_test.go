package mocksf_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/mocksf/commitlog"
)

// What was acknowledged after the backup is gone, and so are the bulk jobs of
// that time; those from before go on.
func TestRestoreFromABackup(t *testing.T) {
	d := openDoor(t, mocksf.Config{Service: mocksf.Service{BulkStart: time.Hour}})
	old := d.createJob(`{"object":"Account","operation":"insert"}`)
	d.insert("Account", map[string]any{"Name": "kept"})
	restore := d.org.Backup()
	young := d.createJob(`{"object":"Account","operation":"insert"}`)
	d.upload(young.ID, "Name\nn\n")
	d.set(young.ID, "UploadComplete")
	d.insert("Account", map[string]any{"Name": "gone"})
	assert.Equal(t, 1, d.org.OpenJobs())

	assert.Equal(t, 1, restore())
	assert.Zero(t, d.org.OpenJobs())
	assert.Equal(t, 1, d.org.Count("Account"))
	assert.Equal(t, "Open", d.job(old.ID).State)
	assert.Equal(t, http.StatusNotFound, d.do("GET", "jobs/ingest/"+young.ID, nil).status)
	commits := d.org.Log().SettledSince(0)
	assert.Equal(t, commitlog.APIRestore, commits[len(commits)-1].API)
}
