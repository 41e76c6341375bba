package experiments

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"bf16lab/internal/strictyaml"
	"bf16lab/model/sequence"
	"bf16lab/model/weights"

	"go.yaml.in/yaml/v4"
)

// Config is an experiment file.
type Config struct {
	Name string `yaml:"name"`
	// Kind says what is done: replay unless given.
	Kind    string        `yaml:"kind,omitempty"`
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
	// Taps are globs of the taps that are compared; every one must match something. The nodes are texts.
	Taps []yaml.Node `yaml:"taps,omitempty"`
	// Local asks for local errors, by module or by primitive.
	Local   string         `yaml:"local,omitempty"`
	Verdict *VerdictConfig `yaml:"verdict,omitempty"`
	// Ablation is for kind: ablation.
	Ablation *AblationConfig `yaml:"ablation,omitempty"`
	// Search is for kind: search.
	Search *SearchConfig `yaml:"search,omitempty"`

	file string     // what errors begin with
	tree *yaml.Node // what was decoded, to find lines for errors
	text string     // the YAML after overrides
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
	text, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, text, overrides)
}

// Parse is [Load] for the text of a file.
func Parse(file string, text []byte, overrides []string) (*Config, error) {
	node, err := strictyaml.Parse(file, text)
	if err != nil {
		return nil, err
	}
	for _, o := range overrides {
		path, value, ok := strings.Cut(o, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("--set %s: want path=value, for example weights.synthetic.seed=2", o)
		}
		if err := strictyaml.Set(node, path, value); err != nil {
			return nil, err
		}
	}
	c := &Config{file: file, tree: node}
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
	case c.Name == "" || strings.ContainsAny(c.Name, "/\\\x00") || strings.HasPrefix(c.Name, "."):
		return fmt.Errorf("%s: name: want a name that can be a folder, got %.80q", c.at("name"), c.Name)
	case c.Weights.Synthetic == nil:
		return fmt.Errorf("%s: weights: want synthetic: {seed: N}", c.at("weights"))
	case (c.Input == nil) == (len(c.Inputs) == 0):
		return fmt.Errorf("%s: want either input or inputs", c.at("inputs"))
	case c.Organism != "" && len(c.Organisms) > 0:
		return fmt.Errorf("%s: want either organism or organisms", c.at("organisms"))
	case len(c.Policies) == 0:
		return fmt.Errorf("%s: policies: want at least one", c.at("policies"))
	}
	for _, check := range []func() error{c.checkKind, c.checkLocal, c.checkVerdict, c.checkAblation, c.checkSearch} {
		if err := check(); err != nil {
			return err
		}
	}
	if len(c.Taps) == 0 {
		c.Taps = []yaml.Node{{Kind: yaml.ScalarNode, Value: "**"}}
	}
	for i := range c.Taps {
		if c.Taps[i].Kind != yaml.ScalarNode || c.Taps[i].Value == "" {
			return fmt.Errorf("%s: taps: want a glob", strictyaml.Position(c.file, &c.Taps[i]))
		}
	}
	return nil
}

// at returns the position that an error about the value at a path of keys begins with.
func (c *Config) at(path ...string) string { return strictyaml.Locate(c.file, c.tree, path...) }

// Text returns the YAML of the experiment after overrides.
func (c *Config) Text() string { return c.text }

// source returns the weights.
func (c *Config) source() weights.Source { return weights.Synthetic{Seed: c.Weights.Synthetic.Seed} }

// sequences reads the inputs; they must have one valid length.
func (c *Config) sequences() ([]*sequence.Sequence, error) {
	if c.Input != nil {
		s, err := c.sequence(c.Input, "input")
		return []*sequence.Sequence{s}, err
	}
	var out []*sequence.Sequence
	for i := range c.Inputs {
		path := []string{"inputs", strconv.Itoa(i)}
		s, err := c.sequence(&c.Inputs[i], path...)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
		if s.Len() != out[0].Len() {
			return nil, fmt.Errorf("%s: inputs: lengths %d and %d in one batch", c.at(path...), out[0].Len(), s.Len())
		}
	}
	return out, nil
}

// sequence reads one input, which stands at a path of the file.
func (c *Config) sequence(in *InputConfig, path ...string) (*sequence.Sequence, error) {
	s, err := in.read(filepath.Dir(c.file))
	if err == nil {
		err = sequence.ValidLength(s.Len())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: input: %w", c.at(path...), err)
	}
	return s, nil
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
			return nil, err
		}
		return sequence.Random(in.Random.Seed, in.Random.Length)
	case in.Pattern != nil && in.FASTA == nil && in.Random == nil:
		if err := sequence.ValidLength(in.Pattern.Length); err != nil {
			return nil, err
		}
		return sequence.Pattern(in.Pattern.Name, in.Pattern.Length, sequence.DefaultRNG)
	}
	return nil, errors.New("want one of fasta, random and pattern")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// organisms returns the organism index of each of n sequences.
func (c *Config) organisms(n int) (names []string, index []int32, err error) {
	names, at := c.Organisms, c.at("organisms")
	if len(names) == 0 {
		at = c.at("organism")
		name := c.Organism
		if name == "" {
			name = "human"
		}
		for range n {
			names = append(names, name)
		}
	}
	if len(names) != n {
		return nil, nil, fmt.Errorf("%s: organisms: %d for %d sequences", c.at("organisms"), len(names), n)
	}
	for _, name := range names {
		i, err := organismIndex(name)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: organism: %w", at, err)
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
