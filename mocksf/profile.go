package mocksf

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed profiles/*.yaml
var profileFiles embed.FS

// Profile is how strong an org is: its service times and its limits. A profile
// is a YAML file, those that come with the package are in the folder profiles
// and explain themselves; durations are such as 1.5s.
type Profile struct {
	Service Service
	Limits  Limits
	// DailyRequests is Config.DailyRequests; in a file it stands among the
	// limits.
	DailyRequests int
}

// profileFile is a profile as it is written.
type profileFile struct {
	Service struct {
		Call         time.Duration `yaml:"call"`
		Record       time.Duration `yaml:"record"`
		BulkStart    time.Duration `yaml:"bulkStart"`
		BulkChunk    time.Duration `yaml:"bulkChunk"`
		BulkParallel int           `yaml:"bulkParallel"`
	} `yaml:"service"`
	Limits struct {
		DailyRequests int           `yaml:"dailyRequests"`
		LongRequests  int           `yaml:"longRequests"`
		LongAfter     time.Duration `yaml:"longAfter"`
		StorageMB     int           `yaml:"storageMB"`
		LockWait      time.Duration `yaml:"lockWait"`
		Ramp          struct {
			From     int           `yaml:"from"`
			Over     time.Duration `yaml:"over"`
			Requests int           `yaml:"requests"`
		} `yaml:"ramp"`
	} `yaml:"limits"`
}

// Profiles lists the names of the profiles that come with the package.
func Profiles() []string {
	files, _ := fs.Glob(profileFiles, "profiles/*.yaml") // the pattern is a good one
	for i, file := range files {
		files[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return files
}

// LoadProfile reads a profile: one of Profiles by its name, or a file, whose
// name ends in .yaml or .yml.
func LoadProfile(name string) (Profile, error) {
	if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
		text, err := profileFiles.ReadFile("profiles/" + name + ".yaml")
		if err != nil {
			return Profile{}, fmt.Errorf("there is no profile %q: there are %s, or a .yaml file of your own", name, strings.Join(Profiles(), ", "))
		}
		return ParseProfile(text)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return Profile{}, err
	}
	p, err := ParseProfile(text)
	if err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// ParseProfile reads the text of a profile. What it leaves out is as in a zero
// Config; a key that no profile has is an error.
func ParseProfile(text []byte) (Profile, error) {
	var f profileFile
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.DisallowUnknownField()).Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return Profile{}, err
	}
	return f.profile(), f.check()
}

func (f *profileFile) profile() Profile {
	return Profile{
		Service: Service(f.Service),
		Limits: Limits{
			LongRequests: f.Limits.LongRequests, LongAfter: f.Limits.LongAfter, StorageMB: f.Limits.StorageMB,
			LockWait: f.Limits.LockWait, Ramp: Ramp(f.Limits.Ramp),
		},
		DailyRequests: f.Limits.DailyRequests,
	}
}

// check refuses what can only be a slip.
func (f *profileFile) check() error {
	for _, s := range []struct {
		name string
		n    int64
	}{
		{"service.call", int64(f.Service.Call)}, {"service.record", int64(f.Service.Record)}, {"service.bulkStart", int64(f.Service.BulkStart)},
		{"service.bulkChunk", int64(f.Service.BulkChunk)}, {"service.bulkParallel", int64(f.Service.BulkParallel)},
		{"limits.dailyRequests", int64(f.Limits.DailyRequests)}, {"limits.longAfter", int64(f.Limits.LongAfter)},
		{"limits.storageMB", int64(f.Limits.StorageMB)}, {"limits.lockWait", int64(f.Limits.LockWait)},
		{"limits.ramp.over", int64(f.Limits.Ramp.Over)}, {"limits.ramp.requests", int64(f.Limits.Ramp.Requests)},
	} {
		if s.n < 0 {
			return fmt.Errorf("%s is below zero", s.name)
		}
	}
	if from := f.Limits.Ramp.From; from < 0 || from > 100 {
		return fmt.Errorf("limits.ramp.from is a percentage, not %d", from)
	}
	return nil
}

// Faster returns the profile with all times divided by a factor above 0; the
// rates grow by it.
func (p Profile) Faster(factor float64) Profile {
	for _, d := range []*time.Duration{
		&p.Service.Call, &p.Service.Record, &p.Service.BulkStart, &p.Service.BulkChunk,
		&p.Limits.LongAfter, &p.Limits.LockWait, &p.Limits.Ramp.Over,
	} {
		*d = time.Duration(float64(*d) / factor)
	}
	return p
}

// Apply makes an org of the profile's strength out of a Config.
func (p Profile) Apply(c *Config) {
	c.Service, c.Limits = p.Service, p.Limits
	if p.DailyRequests > 0 {
		c.DailyRequests = p.DailyRequests
	}
}
