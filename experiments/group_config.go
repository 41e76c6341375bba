package experiments

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/internal/nearest"
	"bf16lab/internal/strictyaml"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/policy"

	"go.yaml.in/yaml/v4"
)

// The ways to group the sites of two policies, in the key by of the sections ablation and search.
const (
	byFunction = "function"
	byModule   = "module"
	byBlock    = "block"
	byGlobs    = "globs"
)

// grouping says how the sites of two policies are grouped: by function, by kind of module, by block of the model, or by
// patterns on sites, a map from the name of a group to its globs.
type grouping struct {
	config *Config
	node   *yaml.Node
	where  string // position of the key, for errors
}

// way returns how the sites are grouped, by function where nothing is said.
func (g grouping) way() string {
	switch {
	case g.node.Kind == 0:
		return byFunction
	case g.node.Kind == yaml.MappingNode:
		return byGlobs
	}
	return g.node.Value
}

// check reports a way that there is not, or a group without globs.
func (g grouping) check() error {
	ways := []string{byFunction, byModule, byBlock}
	switch {
	case g.way() == byGlobs:
		_, err := g.globs()
		return err
	case g.node.Kind != 0 && g.node.Kind != yaml.ScalarNode:
		return fmt.Errorf("%s: by: want function, module, block, or a map from names to lists of globs", g.where)
	case !slices.Contains(ways, g.way()):
		return fmt.Errorf("%s: by: unknown way %.80q, did you mean %q? (valid: %s, or a map from names to lists of globs)", g.where, g.way(),
			nearest.Name(g.way(), ways), strings.Join(ways, ", "))
	}
	return nil
}

// globs returns the groups of a map in its order.
func (g grouping) globs() ([]policy.NamedGlobs, error) {
	var out []policy.NamedGlobs
	for i := 0; i+1 < len(g.node.Content); i += 2 {
		key, list := g.node.Content[i], g.node.Content[i+1]
		where := strictyaml.Position(g.config.file, list)
		if key.Kind != yaml.ScalarNode || key.Value == "" || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
			return nil, fmt.Errorf("%s: by: want a name and a list of globs for each group", where)
		}
		named := policy.NamedGlobs{Name: key.Value}
		for _, item := range list.Content {
			if item.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("%s: by: want a glob", strictyaml.Position(g.config.file, item))
			}
			glob, err := policy.ParseGlob(item.Value)
			if err != nil {
				return nil, fmt.Errorf("%s: by: %w", strictyaml.Position(g.config.file, item), err)
			}
			named.Globs = append(named.Globs, glob)
		}
		out = append(out, named)
	}
	return out, nil
}

// groups returns the groups of the sites of a mixture.
func (g grouping) groups(m *policy.Mixture) ([]policy.Group, error) {
	switch g.way() {
	case byModule:
		return m.ByModule(), nil
	case byBlock:
		return m.By(func(n *ops.Node) (name, description string) {
			if n.Module == "" {
				return "outside", "Outside of any module."
			}
			block := model.Block(n.Module)
			return block, "In the block " + block + "."
		}), nil
	case byGlobs:
		named, err := g.globs()
		if err != nil {
			return nil, err
		}
		groups, err := m.ByGlobs(named)
		if err != nil {
			return nil, fmt.Errorf("%s: by: %w", g.where, err)
		}
		return groups, nil
	}
	return m.ByFunction(), nil
}
