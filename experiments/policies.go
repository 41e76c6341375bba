package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"bf16lab/internal/nearest"
	"bf16lab/internal/strictyaml"
	"bf16lab/policy"

	"go.yaml.in/yaml/v4"
)

// policies returns the reference and the other policies of the experiment. Names must differ.
func (c *Config) policies() (reference *policy.Policy, others []*policy.Policy, err error) {
	if c.Reference.Kind == 0 {
		return nil, nil, fmt.Errorf("%s: reference: want a policy", c.at("reference"))
	}
	if reference, err = c.policy(&c.Reference); err != nil {
		return nil, nil, err
	}
	seen := []string{}
	for i := range c.Policies {
		p, err := c.policy(&c.Policies[i])
		if err != nil {
			return nil, nil, err
		}
		if slices.Contains(seen, p.Name) {
			return nil, nil, fmt.Errorf("%s: policy %q is given twice", strictyaml.Position(c.file, &c.Policies[i]), p.Name)
		}
		seen = append(seen, p.Name)
		others = append(others, p)
	}
	return reference, others, nil
}

// policy reads the name of a preset, the name of a policy file, a jmp string, or a whole policy.
func (c *Config) policy(node *yaml.Node) (*policy.Policy, error) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.MappingNode {
		return policy.FromNode(c.file, node)
	}
	if node.Kind != yaml.ScalarNode {
		return nil, fmt.Errorf("%s: want the name of a policy, or a policy", strictyaml.Position(c.file, node))
	}
	p, err := ResolvePolicy(node.Value, filepath.Dir(c.file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strictyaml.Position(c.file, node), err)
	}
	return p, nil
}

// ResolvePolicy finds a policy by the name of a preset, by the name of a YAML file (from the working folder, then from
// folder), or makes one from a jmp string on top of f32.
func ResolvePolicy(name, folder string) (*policy.Policy, error) {
	if slices.Contains(policy.Presets(), name) {
		return policy.Preset(name)
	}
	if strings.Contains(name, "=") {
		p := &policy.Policy{Name: name, Extends: "f32", Precision: name, Description: "The jmp policy " + name + "."}
		return p.Complete()
	}
	if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
		for _, path := range []string{name, filepath.Join(folder, name)} {
			text, err := strictyaml.ReadFile(path)
			if err == nil {
				return policy.Parse(path, text)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		return nil, fmt.Errorf("%s: no such policy file", name)
	}
	return nil, fmt.Errorf("unknown policy %q, did you mean %q?", name, nearest.Name(name, policy.Presets()))
}
