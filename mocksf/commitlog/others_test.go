package commitlog

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhoMadeACommit(t *testing.T) {
	for name, c := range map[string]Commit{
		"owner":   {API: APIDirect},
		"crowd":   {API: APIRow, Identity: CrowdIdentity("user-1")},
		"restore": {API: APIRestore},
	} {
		assert.True(t, c.ByOthers(), name)
	}
	assert.False(t, (&Commit{API: APIRow, Identity: "integration"}).ByOthers())
}

func TestARestoreNamesTheStateThatItWentBackTo(t *testing.T) {
	lsn, ok := (&Commit{LSN: 90, API: APIRestore, Request: Backup(41)}).RestoredTo()
	assert.True(t, ok)
	assert.Equal(t, uint64(41), lsn)
	for name, c := range map[string]Commit{
		"another door": {LSN: 90, API: APIRow, Request: Backup(41)},
		"no backup":    {LSN: 90, API: APIRestore, Request: "req-000041"},
		"the future":   {LSN: 41, API: APIRestore, Request: Backup(41)},
		"no number":    {LSN: 90, API: APIRestore, Request: "backup-x"},
	} {
		_, ok := c.RestoredTo()
		assert.False(t, ok, name)
	}
}
