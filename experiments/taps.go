package experiments

import (
	"fmt"

	"bf16lab/internal/nearest"
	"bf16lab/internal/strictyaml"
	"bf16lab/ops"
	"bf16lab/policy"

	"go.yaml.in/yaml/v4"
)

// SelectTaps returns the taps of a graph that one of the globs matches, in execution order. The error for a glob that
// matches nothing names the nearest one that would.
func SelectTaps(g *ops.Graph, globs ...string) ([]ops.Tap, error) {
	keep := make([]bool, len(g.Taps))
	for _, text := range globs {
		if err := markTaps(keep, g, text); err != nil {
			return nil, err
		}
	}
	return kept(g, keep), nil
}

// selectTaps is [SelectTaps] for the globs of the file.
func (c *Config) selectTaps(g *ops.Graph) ([]ops.Tap, error) { return c.selectGlobs(g, c.Taps, "taps") }

// selectGlobs is [SelectTaps] for globs that stand in the file under a key.
func (c *Config) selectGlobs(g *ops.Graph, globs []yaml.Node, key string) ([]ops.Tap, error) {
	keep := make([]bool, len(g.Taps))
	for i := range globs {
		if err := markTaps(keep, g, globs[i].Value); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", strictyaml.Position(c.file, &globs[i]), key, err)
		}
	}
	return kept(g, keep), nil
}

// checkGlobs checks that nodes under a key are texts.
func (c *Config) checkGlobs(globs []yaml.Node, key string) error {
	for i := range globs {
		if globs[i].Kind != yaml.ScalarNode || globs[i].Value == "" {
			return fmt.Errorf("%s: %s: want a glob", strictyaml.Position(c.file, &globs[i]), key)
		}
	}
	return nil
}

// markTaps sets keep for the taps that a glob matches.
func markTaps(keep []bool, g *ops.Graph, text string) error {
	glob, err := policy.ParseGlob(text)
	if err != nil {
		return err
	}
	found := false
	for i, t := range g.Taps {
		if glob.Match(t.Name) {
			keep[i], found = true, true
		}
	}
	if !found {
		return fmt.Errorf("%q matches no tap, did you mean %q?", text, nearest.Glob(text, tapNames(g)))
	}
	return nil
}

func kept(g *ops.Graph, keep []bool) []ops.Tap {
	var out []ops.Tap
	for i, t := range g.Taps {
		if keep[i] {
			out = append(out, t)
		}
	}
	return out
}

func tapNames(g *ops.Graph) []string {
	names := make([]string, len(g.Taps))
	for i, t := range g.Taps {
		names[i] = t.Name
	}
	return names
}

// watchedOf returns the values of taps.
func watchedOf(taps []ops.Tap) []*ops.Value {
	watched := make([]*ops.Value, len(taps))
	for i, t := range taps {
		watched[i] = t.Value
	}
	return watched
}
