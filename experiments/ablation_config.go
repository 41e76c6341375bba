package experiments

import (
	"fmt"
	"slices"

	"bf16lab/experiments/results"

	"go.yaml.in/yaml/v4"
)

// AblationConfig is the section ablation of an experiment file, of a kind that restores the sites of one policy group by
// group. The taps of the file are the outputs at which the error is measured.
type AblationConfig struct {
	// By is function, module, block, or a map from names of groups to globs; function unless given.
	By yaml.Node `yaml:"by,omitempty"`
	// Directions are rescue and injure; both unless given.
	Directions []string `yaml:"directions,omitempty"`
	// Seeds are further seeds of the synthetic weights. Every input is replayed with every seed.
	Seeds []uint64 `yaml:"seeds,omitempty"`
}

// embeddings are the outputs of experiments that measure the error at outputs, unless the file has taps.
const embeddings = "out/embeddings_*"

// checkAblation checks the section ablation and fills in what is missing.
func (c *Config) checkAblation() error {
	if c.Kind != results.KindAblation {
		if c.Ablation != nil {
			return fmt.Errorf("%s: ablation: only for kind: ablation", c.at("ablation"))
		}
		return nil
	}
	if c.Ablation == nil {
		c.Ablation = &AblationConfig{}
	}
	if err := c.checkTrials(); err != nil {
		return err
	}
	if len(c.Ablation.Directions) == 0 {
		c.Ablation.Directions = []string{results.Rescue, results.Injure}
	}
	for i, d := range c.Ablation.Directions {
		if d != results.Rescue && d != results.Injure || slices.Contains(c.Ablation.Directions[:i], d) {
			return fmt.Errorf("%s: ablation.directions: want rescue, injure or both, got %.80q", c.at("ablation", "directions"), c.Ablation.Directions)
		}
	}
	return c.ablationGrouping().check()
}

// checkTrials checks what experiments with sites of one policy have in common.
func (c *Config) checkTrials() error {
	if len(c.Policies) != 1 {
		return fmt.Errorf("%s: policies: want one, whose sites are restored, got %d", c.at("policies"), len(c.Policies))
	}
	if len(c.Taps) == 0 {
		c.Taps = []yaml.Node{{Kind: yaml.ScalarNode, Value: embeddings}}
	}
	return nil
}

func (c *Config) ablationGrouping() grouping {
	return grouping{c, &c.Ablation.By, c.at("ablation", "by")}
}
