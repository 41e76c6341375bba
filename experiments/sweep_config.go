package experiments

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"bf16lab/experiments/results"
	"bf16lab/model/sequence"

	"go.yaml.in/yaml/v4"
)

// SweepConfig is the section sweep of an experiment file: the model is replayed under all policies for every combination of a
// length, weights, an input and an organism.
type SweepConfig struct {
	Lengths []int        `yaml:"lengths"`
	Inputs  []SweepInput `yaml:"inputs"`
	// Organisms are human and mouse; human unless given.
	Organisms []string `yaml:"organisms,omitempty"`
	// Seeds are those of the synthetic weights.
	Seeds []uint64 `yaml:"seeds"`
	// Outputs are globs of the taps whose error is kept; the embeddings unless given. The nodes are texts.
	Outputs []yaml.Node `yaml:"outputs,omitempty"`
}

// SweepInput is an input of any length; one of its fields is given.
type SweepInput struct {
	FASTA   *SweepFASTA   `yaml:"fasta,omitempty"`
	Random  *SweepRandom  `yaml:"random,omitempty"`
	Pattern *SweepPattern `yaml:"pattern,omitempty"`
}

// SweepFASTA is what follows a place of a plain or gzipped FASTA file.
type SweepFASTA struct {
	Path   string `yaml:"path"`
	Record string `yaml:"record,omitempty"` // the first one unless given
	Start  int    `yaml:"start,omitempty"`  // counted from 0
}

// SweepRandom is [RandomConfig] without the length.
type SweepRandom struct {
	Seed uint64 `yaml:"seed"`
}

// SweepPattern is [PatternConfig] without the length.
type SweepPattern struct {
	Name string `yaml:"name"`
}

// maxSweep is the largest number of replays of a sweep.
const maxSweep = 100_000

// checkSource checks what an experiment replays: weights, input and organism, or the section sweep in their place.
func (c *Config) checkSource() error {
	switch {
	case c.Kind == results.KindSweep:
		return c.checkSweep()
	case c.Sweep != nil:
		return fmt.Errorf("%s: sweep: only for kind: %s", c.at("sweep"), results.KindSweep)
	case c.Weights.Synthetic == nil:
		return fmt.Errorf("%s: weights: want synthetic: {seed: N}", c.at("weights"))
	case (c.Input == nil) == (len(c.Inputs) == 0):
		return fmt.Errorf("%s: want either input or inputs", c.at("inputs"))
	case c.Organism != "" && len(c.Organisms) > 0:
		return fmt.Errorf("%s: want either organism or organisms", c.at("organisms"))
	}
	return nil
}

// checkSweep checks the section sweep and fills in what is missing.
func (c *Config) checkSweep() error {
	if c.Sweep == nil {
		return fmt.Errorf("%s: sweep: want lengths, inputs and seeds", c.at("kind"))
	}
	for _, other := range []struct {
		key   string
		given bool
	}{
		{"weights", c.Weights.Synthetic != nil}, {"input", c.Input != nil}, {"inputs", len(c.Inputs) > 0},
		{"organism", c.Organism != ""}, {"organisms", len(c.Organisms) > 0},
	} {
		if other.given {
			return fmt.Errorf("%s: %s: a sweep has it in the section sweep", c.at(other.key), other.key)
		}
	}
	s := c.Sweep
	if len(s.Organisms) == 0 {
		s.Organisms = []string{"human"}
	}
	if len(s.Outputs) == 0 {
		s.Outputs = []yaml.Node{{Kind: yaml.ScalarNode, Value: "out/embeddings_*"}}
	}
	if err := c.checkGlobs(s.Outputs, "sweep.outputs"); err != nil {
		return err
	}
	if len(c.Taps) == 0 {
		c.Taps = s.Outputs
	}
	count := 1.0
	for _, axis := range []struct {
		key    string
		values []string
	}{
		{"lengths", texts(s.Lengths, strconv.Itoa)},
		{"inputs", texts(s.Inputs, SweepInput.String)},
		{"organisms", s.Organisms},
		{"seeds", texts(s.Seeds, func(n uint64) string { return strconv.FormatUint(n, 10) })},
	} {
		if len(axis.values) == 0 {
			return fmt.Errorf("%s: sweep.%s: want at least one", c.at("sweep", axis.key), axis.key)
		}
		seen := map[string]bool{}
		for i, v := range axis.values {
			if seen[v] {
				return fmt.Errorf("%s: sweep.%s: %.80s is given twice", c.at("sweep", axis.key, strconv.Itoa(i)), axis.key, v)
			}
			seen[v] = true
		}
		count *= float64(len(axis.values))
	}
	if count > maxSweep {
		return fmt.Errorf("%s: sweep: %.0f replays, at most %d are possible", c.at("sweep"), count, maxSweep)
	}
	return c.checkSweepValues()
}

// checkSweepValues checks lengths, inputs and organisms one by one.
func (c *Config) checkSweepValues() error {
	for i, n := range c.Sweep.Lengths {
		if err := sequence.ValidLength(n); err != nil {
			return fmt.Errorf("%s: sweep.lengths: %w", c.at("sweep", "lengths", strconv.Itoa(i)), err)
		}
	}
	for i := range c.Sweep.Inputs {
		if f := c.Sweep.Inputs[i].FASTA; f != nil && (f.Start < 0 || f.Start > math.MaxInt32) {
			return fmt.Errorf("%s: sweep.inputs: start %d lies outside of any record", c.at("sweep", "inputs", strconv.Itoa(i)), f.Start)
		}
	}
	for i, name := range c.Sweep.Organisms {
		if _, err := organismIndex(name); err != nil {
			return fmt.Errorf("%s: sweep.organisms: %w", c.at("sweep", "organisms", strconv.Itoa(i)), err)
		}
	}
	return nil
}

// texts returns each of the values as a text.
func texts[T any](values []T, text func(T) string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = text(v)
	}
	return out
}

// String names the input in results, in the same words for every length.
func (in SweepInput) String() string {
	switch {
	case in.FASTA != nil:
		return strings.Join(slices.DeleteFunc([]string{"fasta", in.FASTA.Path, in.FASTA.Record}, func(s string) bool { return s == "" }), " ") +
			" from " + strconv.Itoa(in.FASTA.Start)
	case in.Random != nil:
		return "random seed " + strconv.FormatUint(in.Random.Seed, 10)
	case in.Pattern != nil:
		return "pattern " + in.Pattern.Name
	}
	return "nothing"
}

// ofLength returns the input as a replay has it.
func (in SweepInput) ofLength(n int) *InputConfig {
	out := &InputConfig{}
	if in.FASTA != nil {
		out.FASTA = &FASTAConfig{Path: in.FASTA.Path, Region: fmt.Sprintf("%s:%d-%d", in.FASTA.Record, in.FASTA.Start, in.FASTA.Start+n)}
	}
	if in.Random != nil {
		out.Random = &RandomConfig{Seed: in.Random.Seed, Length: n}
	}
	if in.Pattern != nil {
		out.Pattern = &PatternConfig{Name: in.Pattern.Name, Length: n}
	}
	return out
}
