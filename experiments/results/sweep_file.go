package results

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
)

// maxSweepFile is the largest file of one replay that is read, in bytes.
const maxSweepFile = 64 << 20

// SweepFile is what the file of one replay of a sweep holds. It depends on nothing but what the key is a digest of: whoever
// makes the file makes the same bytes.
type SweepFile struct {
	Schema    int         `json:"schema"`
	Key       string      `json:"key"`       // of the replay
	Reference string      `json:"reference"` // digest of the reference
	Cells     []SweepCell `json:"cells"`     // one for each policy, in the order of the plan
	Checksum  string      `json:"checksum"`  // SHA-256 of all before it
}

// sum returns the checksum of the other fields.
func (f SweepFile) sum() string {
	f.Checksum = ""
	return digestOf(&f)
}

// WriteSweepFile writes the file of replay i of a plan, in the way of [Write].
func WriteSweepFile(path string, p *SweepPlan, i int, f *SweepFile) error {
	f.Schema, f.Key = Schema, p.Replays[i].Key
	f.Checksum = f.sum()
	err := p.checkFile(i, f)
	if err == nil {
		err = writeFile(path, func(w io.Writer) error { return encodeLines(w, f) })
	}
	if err != nil {
		return fmt.Errorf("results: write %s: %w", path, err)
	}
	return nil
}

// ReadSweepFile reads the file of replay i of a plan. A file that is not byte by byte what WriteSweepFile has written for this
// replay is an error of one line.
func ReadSweepFile(path string, p *SweepPlan, i int) (*SweepFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	defer f.Close()
	out, err := decodeSweepFile(f)
	if err == nil {
		err = p.checkFile(i, out)
	}
	if err != nil {
		return nil, fmt.Errorf("results: read %s: %w", path, err)
	}
	return out, nil
}

// decodeSweepFile reads a file without knowing the plan.
func decodeSweepFile(from io.Reader) (*SweepFile, error) {
	text, err := readAll(from, maxSweepFile)
	if err != nil {
		return nil, err
	}
	f := &SweepFile{}
	if err := decode(text, reflect.ValueOf(f).Elem()); err != nil {
		return nil, err
	}
	if f.Schema != Schema {
		return nil, fmt.Errorf("schema: version %d, want %d", f.Schema, Schema)
	}
	var again bytes.Buffer
	if err := encodeLines(&again, f); err != nil || f.Checksum != f.sum() || !bytes.Equal(again.Bytes(), text) {
		return nil, errors.New("checksum: the file has been changed")
	}
	return f, nil
}

// checkFile compares a file with replay i of the plan.
func (p *SweepPlan) checkFile(i int, f *SweepFile) error {
	replay := &p.Replays[i]
	if f.Key != replay.Key {
		return fmt.Errorf("key: %.80q, want %.80q", f.Key, replay.Key)
	}
	if len(f.Cells) != len(p.Policies) {
		return fmt.Errorf("cells: %d entries for %d policies", len(f.Cells), len(p.Policies))
	}
	for k := range f.Cells {
		c := &f.Cells[k]
		if c.Length != replay.Length || c.Input != replay.Input || c.Organism != replay.Organism || c.Seed != replay.Seed || c.Policy != p.Policies[k].Name {
			return fmt.Errorf("cells[%d]: of another replay", k)
		}
		if err := c.check(len(p.Outputs)); err != nil {
			return fmt.Errorf("cells[%d].%w", k, err)
		}
	}
	return nil
}

// WriteSweepPlan writes a plan, in the way of [Write].
func WriteSweepPlan(path string, p *SweepPlan) error {
	err := p.Check()
	if err == nil {
		err = writeFile(path, func(w io.Writer) error { return encodeLines(w, p) })
	}
	if err != nil {
		return fmt.Errorf("results: write %s: %w", path, err)
	}
	return nil
}

// ReadSweepPlan reads what WriteSweepPlan has written.
func ReadSweepPlan(path string) (*SweepPlan, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	defer f.Close()
	p, err := decodeSweepPlan(f)
	if err != nil {
		return nil, fmt.Errorf("results: read %s: %w", path, err)
	}
	return p, nil
}

func decodeSweepPlan(from io.Reader) (*SweepPlan, error) {
	text, err := readAll(from, maxFile)
	if err != nil {
		return nil, err
	}
	p := &SweepPlan{}
	if err := decode(text, reflect.ValueOf(p).Elem()); err != nil {
		return nil, err
	}
	return p, p.Check()
}
