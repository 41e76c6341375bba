package strictyaml

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"bf16lab/internal/nearest"

	"go.yaml.in/yaml/v4"
)

var (
	unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()
	nodeType    = reflect.TypeFor[yaml.Node]()
)

// check compares a tree with the type of what out points to.
func check(name string, node *yaml.Node, out any) error {
	return (&checker{name: name}).value(node, reflect.TypeOf(out).Elem())
}

// checker walks over a tree and a type side by side.
type checker struct {
	name string
	path []string // keys from the root
}

// errorf returns an error that begins with the position of a node and the path to it.
func (c *checker) errorf(node *yaml.Node, format string, args ...any) error {
	where := Position(c.name, node)
	if len(c.path) > 0 {
		where += ": " + strings.Join(c.path, ".")
	}
	return fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...))
}

// within calls value one step further down.
func (c *checker) within(key string, node *yaml.Node, t reflect.Type) error {
	c.path = append(c.path, key)
	defer func() { c.path = c.path[:len(c.path)-1] }()
	return c.value(node, t)
}

func (c *checker) value(node *yaml.Node, t reflect.Type) error {
	if t == nodeType || reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch t.Kind() {
	case reflect.Pointer:
		if isNull(node) {
			return nil
		}
		return c.value(node, t.Elem())
	case reflect.Slice:
		return c.list(node, t)
	case reflect.Struct:
		return c.mapping(node, t)
	}
	return c.scalar(node, t)
}

func (c *checker) list(node *yaml.Node, t reflect.Type) error {
	if isNull(node) {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		return c.errorf(node, "want a list, got %s", shown(node))
	}
	for i, item := range node.Content {
		if err := c.within(strconv.Itoa(i), item, t.Elem()); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) mapping(node *yaml.Node, t reflect.Type) error {
	if isNull(node) {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		return c.errorf(node, "want keys and values (valid keys: %s), got %s", strings.Join(keys(t), ", "), shown(node))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		f, ok := field(t, key.Value)
		switch {
		case !ok:
			return c.errorf(key, "unknown key %q, did you mean %q?", key.Value, nearest.Name(key.Value, keys(t)))
		case seen[key.Value]:
			return c.errorf(key, "key %q is given twice", key.Value)
		}
		seen[key.Value] = true
		if err := c.within(key.Value, value, f.Type); err != nil {
			return err
		}
	}
	return nil
}

// scalar checks a text, a number or a truth value by decoding it.
func (c *checker) scalar(node *yaml.Node, t reflect.Type) error {
	if node.Kind == yaml.ScalarNode && !isNull(node) && node.Load(reflect.New(t).Interface()) == nil {
		return nil
	}
	wanted := t.String()
	switch {
	case t.Kind() == reflect.String:
		wanted = "a text"
	case t.Kind() == reflect.Bool:
		wanted = "true or false"
	case reflect.Int <= t.Kind() && t.Kind() <= reflect.Int64:
		wanted = fmt.Sprintf("a whole number of at most %d bits", t.Bits())
	case reflect.Uint <= t.Kind() && t.Kind() <= reflect.Uint64:
		wanted = fmt.Sprintf("a whole number, not negative, of at most %d bits", t.Bits())
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		wanted = "a number"
	}
	return c.errorf(node, "want %s, got %s", wanted, shown(node))
}

func isNull(node *yaml.Node) bool { return node.Kind == yaml.ScalarNode && node.Tag == "!!null" }

// shown says in a few words what a node holds.
func shown(node *yaml.Node) string {
	switch {
	case node.Kind == yaml.SequenceNode:
		return "a list"
	case node.Kind == yaml.MappingNode:
		return "keys and values"
	case isNull(node):
		return "nothing"
	}
	return fmt.Sprintf("%.80q", node.Value)
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
		if k := keyOf(t.Field(i)); k != "" && k == key {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

// keyOf returns the key of a field; a field without one cannot be set from a file.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if key == "-" {
		return ""
	}
	return key
}
