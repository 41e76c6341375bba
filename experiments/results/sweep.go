package results

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// maxSweepReplays is the largest number of replays that a sweep may have.
const maxSweepReplays = 100_000

// SweepPlan says what a sweep consists of. Every shard of a sweep has the same plan; sweep.json holds it.
type SweepPlan struct {
	Schema    int           `json:"schema"`
	Name      string        `json:"name"`
	Config    string        `json:"config"` // text of the experiment file after overrides
	Build     string        `json:"build"`  // of bf16lab: replays of different builds are never mixed
	Reference Policy        `json:"reference"`
	Policies  []Policy      `json:"policies"`
	Outputs   []string      `json:"outputs"` // taps whose error is kept
	Watched   []string      `json:"watched"` // taps that non-finite values are counted in and that the digest is taken of
	Replays   []SweepReplay `json:"replays"`
}

// SweepReplay is one replay of a sweep, of all its policies in lock step.
type SweepReplay struct {
	Key      string `json:"key"` // digest of all that determines what comes out, see [SweepPlan.SetKeys]
	Length   int    `json:"length"`
	Input    string `json:"input"`  // what the sweep calls the input, the same for every length
	SHA256   string `json:"sha256"` // of the sequence letters
	Organism string `json:"organism"`
	Seed     uint64 `json:"seed"` // of the synthetic weights
}

// String describes the replay in the words of the experiment file.
func (r *SweepReplay) String() string {
	return fmt.Sprintf("length %d, input %.80s, organism %.80s, seed %d", r.Length, r.Input, r.Organism, r.Seed)
}

// SetKeys gives every replay its key: the SHA-256, in hexadecimal, of the version of the layout, the build, the texts of the
// policies, the taps, and the replay's own parameters. The name and the text of the experiment do not count.
func (p *SweepPlan) SetKeys() {
	for i := range p.Replays {
		p.Replays[i].Key = p.key(i)
	}
}

func (p *SweepPlan) key(i int) string {
	type text struct{ Name, YAML string }
	policies := make([]text, len(p.Policies))
	for k := range policies {
		policies[k] = text{p.Policies[k].Name, p.Policies[k].YAML}
	}
	replay := p.Replays[i]
	replay.Key = ""
	return digestOf(struct {
		Schema           int
		Build            string
		Reference        text
		Policies         []text
		Outputs, Watched []string
		Replay           SweepReplay
	}{p.Schema, p.Build, text{p.Reference.Name, p.Reference.YAML}, policies, p.Outputs, p.Watched, replay})
}

// digestOf returns the SHA-256 of the JSON of v in hexadecimal.
func digestOf(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic("results: digest: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

// Difference returns what two plans differ in, in a word or two; empty if their replays are the same.
func (p *SweepPlan) Difference(q *SweepPlan) string {
	samePolicy := func(a, b Policy) bool { return a.Name == b.Name && a.YAML == b.YAML }
	switch {
	case p.Build != q.Build:
		return "the build of bf16lab"
	case !samePolicy(p.Reference, q.Reference):
		return "the reference"
	case !slices.EqualFunc(p.Policies, q.Policies, samePolicy):
		return "the policies"
	case !slices.Equal(p.Outputs, q.Outputs):
		return "the outputs"
	case !slices.Equal(p.Watched, q.Watched):
		return "the taps"
	case !slices.Equal(p.Replays, q.Replays):
		return "the lengths, inputs, organisms or seeds"
	}
	return ""
}

// Check reports the first contradiction in the plan as an error that names the field.
func (p *SweepPlan) Check() error {
	if p.Schema != Schema {
		return fmt.Errorf("schema: version %d, want %d", p.Schema, Schema)
	}
	if err := p.Reference.check(); err != nil {
		return fmt.Errorf("reference.%w", err)
	}
	if err := checkPolicies(p.Policies); err != nil {
		return err
	}
	if len(p.Policies) == 0 || len(p.Outputs) == 0 || len(p.Replays) == 0 {
		return fmt.Errorf("want at least one of policies, outputs and replays, got %d, %d and %d", len(p.Policies), len(p.Outputs), len(p.Replays))
	}
	if len(p.Watched) > maxTaps || len(p.Replays) > maxSweepReplays {
		return fmt.Errorf("%d taps and %d replays, at most %d and %d can be read", len(p.Watched), len(p.Replays), maxTaps, maxSweepReplays)
	}
	seen := map[string]bool{}
	for i := range p.Replays {
		key := p.Replays[i].Key
		switch {
		case p.Replays[i].Length <= 0 || p.Replays[i].Length > maxElements:
			return fmt.Errorf("replays[%d].length: %d", i, p.Replays[i].Length)
		case key != p.key(i):
			return fmt.Errorf("replays[%d].key: %.80q is not the digest of what is there", i, key)
		case seen[key]:
			return fmt.Errorf("replays[%d]: there twice", i)
		}
		seen[key] = true
	}
	return nil
}

// checkSweep reports the first contradiction in the table of a sweep.
func (r *Run) checkSweep() error {
	s := &r.Sweep
	if s.Missing < 0 || s.Missing > maxSweepReplays {
		return fmt.Errorf("missing: %d replays, want 0 to %d", s.Missing, maxSweepReplays)
	}
	if len(s.Cells) > maxSweepReplays*max(1, len(r.Policies)) {
		return fmt.Errorf("cells: %d, at most %d for each policy can be read", len(s.Cells), maxSweepReplays)
	}
	type place struct {
		length                  int
		input, organism, policy string
		seed                    uint64
	}
	seen := map[place]bool{}
	for i := range s.Cells {
		c := &s.Cells[i]
		at := place{c.Length, c.Input, c.Organism, c.Policy, c.Seed}
		if err := c.check(len(s.Outputs)); err != nil {
			return fmt.Errorf("cells[%d].%w", i, err)
		}
		if len(r.Sources) == 0 && !slices.ContainsFunc(r.Policies, func(p Policy) bool { return p.Name == c.Policy }) {
			return fmt.Errorf("cells[%d].policy: %.80q is none of the run", i, c.Policy)
		}
		if seen[at] {
			return fmt.Errorf("cells[%d]: there twice", i)
		}
		seen[at] = true
	}
	return nil
}

// check reports the first contradiction in a cell of a sweep with a number of outputs.
func (c *SweepCell) check(outputs int) error {
	switch {
	case c.Length <= 0 || c.Length > maxElements:
		return fmt.Errorf("length: %d", c.Length)
	case len(c.RelativeL2) != outputs:
		return fmt.Errorf("rel_l2: %d entries for %d outputs", len(c.RelativeL2), outputs)
	case c.NonFinite < 0 || c.NonFinite > maxElements:
		return fmt.Errorf("non_finite: %d elements", c.NonFinite)
	}
	for i, x := range c.RelativeL2 {
		if x < 0 {
			return fmt.Errorf("rel_l2[%d]: %v is no error", i, x)
		}
	}
	return nil
}
