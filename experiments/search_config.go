package experiments

import (
	"fmt"

	"bf16lab/experiments/results"

	"go.yaml.in/yaml/v4"
)

// SearchConfig is the section search of an experiment file, of a kind that looks for the smallest set of sites which, restored,
// brings the error of a policy under a bound. The file's only tap is the output at which the error is measured.
type SearchConfig struct {
	// By is function, module, block, or a map from names of groups to globs; function unless given.
	By yaml.Node `yaml:"by,omitempty"`
	// Bound is the relative L2 that the worst repeat has to be under.
	Bound float64 `yaml:"bound"`
	// Seeds are further seeds of the synthetic weights. Every input with every seed is a repeat.
	Seeds []uint64 `yaml:"seeds,omitempty"`
}

// checkSearch checks the section search and fills in what is missing.
func (c *Config) checkSearch() error {
	if c.Kind != results.KindSearch {
		if c.Search != nil {
			return fmt.Errorf("%s: search: only for kind: search", c.at("search"))
		}
		return nil
	}
	if c.Search == nil || !(c.Search.Bound > 0) {
		return fmt.Errorf("%s: search.bound: want a relative L2 above 0", c.at("search", "bound"))
	}
	if len(c.Taps) == 0 {
		c.Taps = []yaml.Node{{Kind: yaml.ScalarNode, Value: "out/embeddings_1bp"}}
	}
	if err := c.checkTrials(); err != nil {
		return err
	}
	return c.searchGrouping().check()
}

func (c *Config) searchGrouping() grouping {
	return grouping{c, &c.Search.By, c.at("search", "by")}
}
