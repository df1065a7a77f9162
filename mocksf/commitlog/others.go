package commitlog

import (
	"fmt"
	"strconv"
	"strings"
)

// crowdPrefix begins the identity of everybody who reads and writes in the
// target beside the integration.
const crowdPrefix = "crowd/"

// CrowdIdentity is the identity of a reader or user beside the integration,
// for example crowd/user-1.
func CrowdIdentity(name string) string { return crowdPrefix + name }

// CrowdName is what an identity of the crowd is called, for example user-1;
// other identities are called what they are.
func CrowdName(identity string) string { return strings.TrimPrefix(identity, crowdPrefix) }

// OfCrowd tells whether an identity is of a reader or user beside the
// integration.
func OfCrowd(identity string) bool { return strings.HasPrefix(identity, crowdPrefix) }

// ByOthers tells whether somebody else than the integration made the commit:
// the owner of the mock, a user of the crowd, or a restore from a backup.
func (c *Commit) ByOthers() bool {
	return c.API == APIDirect || c.API == APIRestore || OfCrowd(c.Identity)
}

// backupPrefix begins the id of a backup.
const backupPrefix = "backup-"

// Backup is the id of the backup that holds the state after the commit with
// that lsn. It stands in place of the request of the commit that restores it.
func Backup(lsn uint64) string { return fmt.Sprintf("%s%06d", backupPrefix, lsn) }

// RestoredTo tells whether the commit put the target back to an earlier state,
// and to the state after which commit: those with a greater lsn before this
// one have no effect any more. The changes of such a commit are what it takes
// to undo them: deletions of what they created, inserts of what they deleted,
// with all fields, and updates with the former values.
func (c *Commit) RestoredTo() (lsn uint64, ok bool) {
	text, ok := strings.CutPrefix(c.Request, backupPrefix)
	if !ok || c.API != APIRestore {
		return 0, false
	}
	lsn, err := strconv.ParseUint(text, 10, 64)
	return lsn, err == nil && lsn < c.LSN
}
