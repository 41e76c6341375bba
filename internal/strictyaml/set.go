package strictyaml

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Set changes the value at a path of keys in a tree of mappings, as in weights.synthetic.seed; missing mappings are made.
// value is YAML. A position in a list is given by its number. Whether the tree still fits a type is left to [Decode], whose
// errors name --set in place of a line for what Set has put there.
func Set(node *yaml.Node, path, value string) error {
	var doc yaml.Node
	if err := yaml.Load([]byte(value), &doc); err != nil || len(doc.Content) != 1 {
		return fmt.Errorf("--set %s=%s: the value is not YAML", path, value)
	}
	clearLines(&doc)
	parts := strings.Split(path, ".")
	at := node
	for _, part := range parts[:len(parts)-1] {
		next, err := step(at, path, part)
		if err != nil {
			return err
		}
		if isNull(*next) {
			*next = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		}
		at = *next
	}
	place, err := step(at, path, parts[len(parts)-1])
	if err != nil {
		return err
	}
	*place = doc.Content[0]
	return nil
}

// step returns the place of a part of a path in a list or mapping, where necessary a new one that holds nothing.
func step(at *yaml.Node, path, part string) (**yaml.Node, error) {
	if i := find(at, part); i >= 0 {
		return &at.Content[i], nil
	}
	switch at.Kind {
	case yaml.SequenceNode:
		return nil, fmt.Errorf("--set %s: %q is not a position in a list of %d (the first is 0)", path, part, len(at.Content))
	case yaml.MappingNode:
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part}
		at.Content = append(at.Content, key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"})
		return &at.Content[len(at.Content)-1], nil
	}
	return nil, fmt.Errorf("--set %s: there is nothing below which %q could stand", path, part)
}

// clearLines marks a tree as not coming from a file.
func clearLines(node *yaml.Node) {
	node.Line, node.Column = 0, 0
	for _, c := range node.Content {
		clearLines(c)
	}
}
