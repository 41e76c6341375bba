package experiments

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bf16lab/internal/strictyaml"
	"bf16lab/model/sequence"
	"bf16lab/model/weights"

	"go.yaml.in/yaml/v4"
)

// Config is an experiment file.
type Config struct {
	Name    string        `yaml:"name"`
	Weights WeightsConfig `yaml:"weights"`
	// Input is the sequence; Inputs several of one length, which make a batch.
	Input  *InputConfig  `yaml:"input,omitempty"`
	Inputs []InputConfig `yaml:"inputs,omitempty"`
	// Organism is human or mouse; Organisms one for each sequence of a batch.
	Organism  string   `yaml:"organism,omitempty"`
	Organisms []string `yaml:"organisms,omitempty"`
	// Reference and Policies are names of presets, names of policy files, or whole policies.
	Reference yaml.Node   `yaml:"reference"`
	Policies  []yaml.Node `yaml:"policies"`
	// Taps are globs of the taps that are compared; every one must match something.
	Taps []string `yaml:"taps,omitempty"`

	file string // what errors begin with
	text string // the YAML after overrides
}

// WeightsConfig says where the weights come from; one of its fields is given.
type WeightsConfig struct {
	Synthetic *SyntheticConfig `yaml:"synthetic,omitempty"`
}

// SyntheticConfig asks for the synthetic weights, version 1.
type SyntheticConfig struct {
	Seed uint64 `yaml:"seed"`
}

// InputConfig says where a sequence comes from; one of its fields is given.
type InputConfig struct {
	FASTA   *FASTAConfig   `yaml:"fasta,omitempty"`
	Random  *RandomConfig  `yaml:"random,omitempty"`
	Pattern *PatternConfig `yaml:"pattern,omitempty"`
}

// FASTAConfig names a region NAME:start-end (zero-based, half open) of a plain or gzipped FASTA file.
type FASTAConfig struct {
	Path   string `yaml:"path"`
	Region string `yaml:"region,omitempty"`
}

// RandomConfig asks for numpy.random.RandomState(seed).randint(0, 4, (1, length)).
type RandomConfig struct {
	Seed   uint64 `yaml:"seed"`
	Length int    `yaml:"length"`
}

// PatternConfig asks for one of the seed's test patterns.
type PatternConfig struct {
	Name   string `yaml:"name"`
	Length int    `yaml:"length"`
}

// Load reads an experiment file and applies overrides of the form path=value, such as weights.synthetic.seed=2.
func Load(path string, overrides []string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, plain(err)
	}
	return Parse(path, text, overrides)
}

// plain strips the operation from a file error: "open x: no such file" says no more than "x: no such file".
func plain(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// Parse is [Load] for the text of a file.
func Parse(file string, text []byte, overrides []string) (*Config, error) {
	node, err := strictyaml.Parse(file, text)
	if err != nil {
		return nil, err
	}
	for _, o := range overrides {
		path, value, ok := strings.Cut(o, "=")
		if !ok {
			return nil, fmt.Errorf("--set %s: want path=value", o)
		}
		if err := strictyaml.Set(node, path, value); err != nil {
			return nil, err
		}
	}
	c := &Config{file: file}
	if err := strictyaml.Decode(file, node, c); err != nil {
		return nil, err
	}
	after, err := yaml.Dump(node, yaml.WithIndent(2))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	c.text = string(after)
	return c, c.check()
}

func (c *Config) check() error {
	switch {
	case c.Name == "" || strings.ContainsAny(c.Name, `/\`) || strings.HasPrefix(c.Name, "."):
		return fmt.Errorf("%s: name: want a name that can be a folder, got %q", c.file, c.Name)
	case c.Weights.Synthetic == nil:
		return fmt.Errorf("%s: weights: want synthetic: {seed: N}", c.file)
	case (c.Input == nil) == (len(c.Inputs) == 0):
		return fmt.Errorf("%s: want either input or inputs", c.file)
	case c.Organism != "" && len(c.Organisms) > 0:
		return fmt.Errorf("%s: want either organism or organisms", c.file)
	case len(c.Policies) == 0:
		return fmt.Errorf("%s: policies: want at least one", c.file)
	}
	if len(c.Taps) == 0 {
		c.Taps = []string{"**"}
	}
	return nil
}

// Text returns the YAML of the experiment after overrides.
func (c *Config) Text() string { return c.text }

// source returns the weights.
func (c *Config) source() weights.Source { return weights.Synthetic{Seed: c.Weights.Synthetic.Seed} }

// sequences reads the inputs; they must have one valid length.
func (c *Config) sequences() ([]*sequence.Sequence, error) {
	inputs := c.Inputs
	if c.Input != nil {
		inputs = []InputConfig{*c.Input}
	}
	var out []*sequence.Sequence
	for _, in := range inputs {
		s, err := in.read(filepath.Dir(c.file))
		if err != nil {
			return nil, err
		}
		if err := sequence.ValidLength(s.Len()); err != nil {
			return nil, fmt.Errorf("%s: input: %w", c.file, err)
		}
		if s.Len() != out0(out, s).Len() {
			return nil, fmt.Errorf("%s: inputs: lengths %d and %d in one batch", c.file, out[0].Len(), s.Len())
		}
		out = append(out, s)
	}
	return out, nil
}

func out0(out []*sequence.Sequence, s *sequence.Sequence) *sequence.Sequence {
	if len(out) == 0 {
		return s
	}
	return out[0]
}

// read gets the sequence; a relative path is looked up from the working folder, then from the folder of the file.
func (in *InputConfig) read(folder string) (*sequence.Sequence, error) {
	switch {
	case in.FASTA != nil && in.Random == nil && in.Pattern == nil:
		path := in.FASTA.Path
		if beside := filepath.Join(folder, path); !filepath.IsAbs(path) && !exists(path) && exists(beside) {
			path = beside
		}
		return sequence.FASTA(path, in.FASTA.Region)
	case in.Random != nil && in.FASTA == nil && in.Pattern == nil:
		if err := sequence.ValidLength(in.Random.Length); err != nil {
			return nil, fmt.Errorf("input: random: %w", err)
		}
		return sequence.Random(in.Random.Seed, in.Random.Length)
	case in.Pattern != nil && in.FASTA == nil && in.Random == nil:
		if err := sequence.ValidLength(in.Pattern.Length); err != nil {
			return nil, fmt.Errorf("input: pattern: %w", err)
		}
		return sequence.Pattern(in.Pattern.Name, in.Pattern.Length, sequence.DefaultRNG)
	}
	return nil, errors.New("input: want one of fasta, random and pattern")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// organisms returns the organism index of each of n sequences.
func (c *Config) organisms(n int) (names []string, index []int32, err error) {
	names = c.Organisms
	if len(names) == 0 {
		name := c.Organism
		if name == "" {
			name = "human"
		}
		for range n {
			names = append(names, name)
		}
	}
	if len(names) != n {
		return nil, nil, fmt.Errorf("%s: organisms: %d for %d sequences", c.file, len(names), n)
	}
	for _, name := range names {
		i, err := organismIndex(name)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: organism: %w", c.file, err)
		}
		index = append(index, i)
	}
	return names, index, nil
}

func organismIndex(name string) (int32, error) {
	switch name {
	case "human":
		return 0, nil
	case "mouse":
		return 1, nil
	}
	return 0, fmt.Errorf("unknown organism %q (valid: human, mouse)", name)
}
