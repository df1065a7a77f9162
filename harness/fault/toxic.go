package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Shopify/toxiproxy/v2/stream"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"
	zlog "github.com/rs/zerolog/log"
)

// Toxic is a fault on bytes, as toxiproxy defines it; toxiproxy's README
// describes the types and their attributes. Toxicity is always 1. Attributes
// that are random (jitter, size_variation) are refused: toxiproxy draws them
// from a source that no seed reaches.
type Toxic struct {
	Name       string         `json:"-" yaml:"-"`                               // on the link; a fault gives its own
	Type       string         `json:"type" yaml:"type"`                         // latency, bandwidth, timeout, slicer, limit_data, reset_peer or slow_close
	Stream     string         `json:"stream,omitempty" yaml:"stream,omitempty"` // upstream, or downstream, the default
	Attributes map[string]any `json:"attributes,omitempty" yaml:"attributes,omitempty"`
}

// toxicTypes are the types that may be used.
var toxicTypes = []string{"latency", "bandwidth", "timeout", "slicer", "limit_data", "reset_peer", "slow_close"}

// silenceToxics keeps the bandwidth toxic from writing to stderr.
var silenceToxics = sync.OnceFunc(func() { zlog.Logger = zerolog.Nop() })

// toxic is a definition that was found good.
type toxic struct {
	Toxic
	direction stream.Direction
	wrapper   *toxics.ToxicWrapper
}

func newToxic(d Toxic) (*toxic, error) {
	if !slices.Contains(toxicTypes, d.Type) {
		return nil, fmt.Errorf("toxic type %q is unknown; the types are: %s", d.Type, strings.Join(toxicTypes, ", "))
	}
	t := &toxic{Toxic: d, direction: down, wrapper: &toxics.ToxicWrapper{Name: d.Name, Type: d.Type, Toxicity: 1}}
	if d.Stream != "" {
		var err error
		if t.direction, err = stream.ParseDirection(d.Stream); err != nil {
			return nil, fmt.Errorf("toxic stream %q is unknown: write upstream or downstream", d.Stream)
		}
	}
	made := toxics.New(t.wrapper)
	if err := setAttributes(made, d.Attributes); err != nil {
		return nil, fmt.Errorf("toxic %s: %w", d.Type, err)
	}
	if err := checkAttributes(made); err != nil {
		return nil, fmt.Errorf("toxic %s: %w", d.Type, err)
	}
	return t, nil
}

func setAttributes(to toxics.Toxic, attributes map[string]any) error {
	text, err := json.Marshal(attributes)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	err = dec.Decode(to)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("attribute %s is a %s: write a whole number", wrong.Field, wrong.Value)
	}
	if err != nil {
		return errors.New(strings.NewReplacer("json: ", "", "field", "attribute").Replace(err.Error()))
	}
	return nil
}

// dayMS bounds times in milliseconds, below any overflow.
const dayMS = 24 * 3600 * 1000

// checkAttributes refuses values with which the toxics loop, overflow or draw
// at random.
func checkAttributes(t toxics.Toxic) error {
	switch t := t.(type) {
	case *toxics.LatencyToxic:
		return errors.Join(within("latency", t.Latency, 0, dayMS), within("jitter", t.Jitter, 0, 0))
	case *toxics.BandwidthToxic: // rate 0 loops for ever
		return within("rate", t.Rate, 1, 10_000_000)
	case *toxics.TimeoutToxic:
		return within("timeout", t.Timeout, 0, dayMS)
	case *toxics.SlicerToxic: // average_size 0 recurses for ever
		return errors.Join(within("average_size", int64(t.AverageSize), 1, 1<<30),
			within("size_variation", int64(t.SizeVariation), 0, 0), within("delay", int64(t.Delay), 0, dayMS*1000))
	case *toxics.LimitDataToxic:
		return within("bytes", t.Bytes, 0, 1<<40)
	case *toxics.ResetToxic:
		return within("timeout", t.Timeout, 0, dayMS)
	case *toxics.SlowCloseToxic:
		return within("delay", t.Delay, 0, dayMS)
	}
	return fmt.Errorf("no rules for %T", t)
}

func within(name string, value, least, most int64) error {
	switch {
	case value >= least && value <= most:
		return nil
	case least == most:
		return fmt.Errorf("%s is random and no seed reaches it: leave it out", name)
	}
	return fmt.Errorf("%s is %d: write a number from %d to %d", name, value, least, most)
}

// on is the toxic as it runs on one connection. Only reset_peer differs from
// connection to connection.
func (t *toxic) on(c *conn) *toxics.ToxicWrapper {
	reset, ok := t.wrapper.Toxic.(*toxics.ResetToxic)
	if !ok {
		return t.wrapper
	}
	w := *t.wrapper
	w.Toxic = &resetPeer{after: time.Duration(reset.Timeout) * time.Millisecond, conn: c}
	return &w
}

// resetPeer is toxiproxy's reset_peer, which resets connections that were open
// before it came too, and can be taken out while it waits.
type resetPeer struct {
	after time.Duration // from the first bytes on
	conn  *conn
}

// Pipe implements toxics.Toxic.
func (r *resetPeer) Pipe(s *toxics.ToxicStub) {
	var first *stream.StreamChunk
	select {
	case <-s.Interrupt:
		return
	case first = <-s.Input:
	}
	timer := time.NewTimer(r.after)
	defer timer.Stop()
	select {
	case <-timer.C:
		r.conn.reset()
		s.Close()
	case <-s.Interrupt:
		if first != nil {
			s.Output <- first
		}
	}
}
