// Package strictyaml reads YAML into structs with errors that a person can act on: file, line, and for an unknown key the
// nearest valid one.
package strictyaml

import (
	"fmt"
	"reflect"
	"strings"

	"bf16lab/internal/nearest"

	"go.yaml.in/yaml/v4"
)

// maxBytes bounds a file; configurations are a few kilobytes.
const maxBytes = 1 << 20

// Parse reads the one document of text as a tree. name is the file name that errors begin with.
func Parse(name string, text []byte) (*yaml.Node, error) {
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxBytes)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %s", name, oneLine(err))
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s: no YAML document in it", name)
	}
	return doc.Content[0], nil
}

// Decode fills out, a pointer to a struct, from a tree. Keys that the struct does not have are errors, in nested structs as
// well. Types that read themselves (yaml.Unmarshaler) and fields of type yaml.Node are left alone.
func Decode(name string, node *yaml.Node, out any) error {
	if err := check(name, node, reflect.TypeOf(out).Elem()); err != nil {
		return err
	}
	if err := node.Load(out); err != nil {
		return fmt.Errorf("%s: %s", name, oneLine(err))
	}
	return nil
}

// oneLine joins the lines of a YAML error.
func oneLine(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	return strings.Join(strings.Fields(text), " ")
}

var (
	unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()
	nodeType    = reflect.TypeFor[yaml.Node]()
)

// check compares the keys of a tree with the fields of a type.
func check(name string, node *yaml.Node, t reflect.Type) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if t == nodeType || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return check(name, node, t.Elem())
	case reflect.Slice:
		if node.Kind == yaml.SequenceNode {
			for _, c := range node.Content {
				if err := check(name, c, t.Elem()); err != nil {
					return err
				}
			}
		}
	case reflect.Struct:
		return checkStruct(name, node, t)
	}
	return nil
}

func checkStruct(name string, node *yaml.Node, t reflect.Type) error {
	if node.Kind != yaml.MappingNode {
		if node.Tag == "!!null" {
			return nil
		}
		return fmt.Errorf("%s:%d: want keys and values here (valid keys: %s)", name, node.Line, strings.Join(keys(t), ", "))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if seen[key.Value] {
			return fmt.Errorf("%s:%d: key %q is given twice", name, key.Line, key.Value)
		}
		seen[key.Value] = true
		f, ok := field(t, key.Value)
		if !ok {
			return fmt.Errorf("%s:%d: unknown key %q, did you mean %q?", name, key.Line, key.Value, nearest.Name(key.Value, keys(t)))
		}
		if err := check(name, value, f.Type); err != nil {
			return err
		}
	}
	return nil
}

func keys(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		if k := keyOf(t.Field(i)); k != "" {
			out = append(out, k)
		}
	}
	return out
}

func field(t reflect.Type, key string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if keyOf(t.Field(i)) == key {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if key == "-" {
		return ""
	}
	return key
}

// Set changes the value at a path of keys in a tree of mappings, as in weights.synthetic.seed; missing mappings are made.
// value is YAML. A position in a list is given by its number. Lines of the new value are those of the place it replaces.
func Set(node *yaml.Node, path, value string) error {
	var doc yaml.Node
	if err := yaml.Load([]byte(value), &doc); err != nil || len(doc.Content) != 1 {
		return fmt.Errorf("--set %s=%s: the value is not YAML", path, value)
	}
	at := node
	parts := strings.Split(path, ".")
	for i, part := range parts {
		last := i == len(parts)-1
		switch at.Kind {
		case yaml.SequenceNode:
			var n int
			if _, err := fmt.Sscanf(part, "%d", &n); err != nil || n < 0 || n >= len(at.Content) {
				return fmt.Errorf("--set %s: %q is not a position in a list of %d", path, part, len(at.Content))
			}
			if last {
				at.Content[n] = doc.Content[0]
				return nil
			}
			at = at.Content[n]
		case yaml.MappingNode:
			next := find(at, part)
			if next == nil {
				key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: part, Line: at.Line}
				next = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: at.Line}
				at.Content = append(at.Content, key, next)
			}
			if last {
				*next = *doc.Content[0]
				return nil
			}
			at = next
		default:
			return fmt.Errorf("--set %s: %q lies below a plain value", path, part)
		}
	}
	return nil
}

func find(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}
