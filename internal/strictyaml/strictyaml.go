package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxBytes bounds a file; configurations are a few kilobytes.
const maxBytes = 1 << 20

// ReadFile returns the text of a file, at most as much as [Parse] takes. The error is one line that begins with the path.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fileError(path, err)
	}
	return text, nil
}

// fileError strips the operation: "open x: no such file" says no more than "x: no such file".
func fileError(path string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// Parse reads the one document of text as a tree. name is the file name that errors begin with.
func Parse(name string, text []byte) (*yaml.Node, error) {
	if len(text) > maxBytes {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, maxBytes)
	}
	if strings.TrimSpace(string(text)) == "" {
		return nil, fmt.Errorf("%s: the file is empty", name)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return nil, explain(name, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s: no YAML document in it", name)
	}
	if n := cycle(&doc, map[*yaml.Node]bool{}); n != nil {
		return nil, fmt.Errorf("%s: the anchor %q contains itself", Position(name, n), n.Value)
	}
	return doc.Content[0], nil
}

// Decode fills out, a pointer to a struct, from a tree. Keys that the struct does not have and values that do not fit are
// errors, in nested structs as well. Types that read themselves (yaml.Unmarshaler) and fields of type yaml.Node are left
// alone.
func Decode(name string, node *yaml.Node, out any) error {
	if err := check(name, node, out); err != nil {
		return err
	}
	if err := node.Load(out); err != nil {
		return explain(name, err)
	}
	return nil
}

// Position tells where a node of a tree stands: name:line, or --set for one that an override has put there.
func Position(name string, node *yaml.Node) string {
	if node.Line == 0 {
		return "--set"
	}
	return fmt.Sprintf("%s:%d", name, node.Line)
}

// Locate tells where the value at a path of keys and list positions stands: as [Position] does, for the last key that there
// is on the way, or --set if an override has put the value or a part of it there.
func Locate(name string, node *yaml.Node, path ...string) string {
	key, value := node, node
	for _, part := range path {
		i := find(value, part)
		if i < 0 {
			break
		}
		next := value.Content[i]
		key = next
		if value.Kind == yaml.MappingNode {
			key = value.Content[i-1]
		}
		value = next
	}
	if overridden(value) {
		return "--set"
	}
	return Position(name, key)
}

// find returns the index in Content of the value at a key of a mapping or at a position in a list, -1 if there is none.
func find(node *yaml.Node, part string) int {
	switch node.Kind {
	case yaml.SequenceNode:
		if n, err := strconv.Atoi(part); err == nil && n >= 0 && n < len(node.Content) {
			return n
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == part {
				return i + 1
			}
		}
	}
	return -1
}

// overridden tells whether a part of a tree does not come from a file.
func overridden(node *yaml.Node) bool {
	return node.Line == 0 || slices.ContainsFunc(node.Content, overridden)
}

// explain turns an error of the YAML package into one line that begins with the position.
func explain(name string, err error) error {
	var one *yaml.LoadError
	var several *yaml.LoadErrors
	if errors.As(err, &several) && len(several.Errors) > 0 {
		one = several.Errors[0]
	} else if !errors.As(err, &one) {
		return fmt.Errorf("%s: %s", name, oneLine(err.Error()))
	}
	message := oneLine(one.Message)
	if one.ContextMsg != "" {
		message += " " + one.ContextMsg
	}
	if one.Mark.Line == 0 {
		return fmt.Errorf("%s: %s", name, message)
	}
	return fmt.Errorf("%s:%d: %s", name, one.Mark.Line, message)
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(text, "yaml: ")), " ")
}

// cycle returns an alias that stands inside of what it stands for, nil if there is none. open holds the nodes around node.
func cycle(node *yaml.Node, open map[*yaml.Node]bool) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		if open[node.Alias] {
			return node
		}
		return nil
	}
	open[node] = true
	defer delete(open, node)
	for _, c := range node.Content {
		if n := cycle(c, open); n != nil {
			return n
		}
	}
	return nil
}
