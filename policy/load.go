package policy

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"bf16lab/internal/nearest"
	"bf16lab/internal/strictyaml"

	"go.yaml.in/yaml/v4"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// order is the order in which presets are listed: references first, then JAX, the seed's and partial ones.
var order = []string{"f64", "f32", "strict-bf16", "jax-cpu-eager", "jax-cpu-jit", "seed-hooks", "storage-bf16", "weights-bf16"}

// Presets returns the names of the built-in policies.
func Presets() []string {
	files, err := fs.Glob(presetFiles, "presets/*.yaml")
	if err != nil {
		panic("policy: " + err.Error())
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(f, "presets/"), ".yaml"))
	}
	slices.SortFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

func rank(name string) int {
	if i := slices.Index(order, name); i >= 0 {
		return i
	}
	return len(order)
}

// Preset returns a built-in policy with everything that it extends filled in. The error for an unknown name says which one
// is nearest.
func Preset(name string) (*Policy, error) {
	text, err := presetFiles.ReadFile("presets/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("policy: unknown policy %q, did you mean %q?", name, nearest.Name(name, Presets()))
	}
	return Parse(name+".yaml", text)
}

// Parse reads one policy from YAML with strict keys and fills in everything that it extends. name is the file name that
// errors begin with.
func Parse(name string, text []byte) (*Policy, error) {
	node, err := strictyaml.Parse(name, text)
	if err != nil {
		return nil, err
	}
	return FromNode(name, node)
}

// FromNode is [Parse] for a policy that stands inside of another YAML document.
func FromNode(name string, node *yaml.Node) (*Policy, error) {
	var p Policy
	if err := strictyaml.Decode(name, node, &p); err != nil {
		return nil, err
	}
	p.locate(name, node)
	complete, err := p.Complete()
	if located := (&locatedError{}); err != nil && !errors.As(err, &located) {
		err = &locatedError{strictyaml.Position(name, node), err}
	}
	return complete, err
}

// locate sets the positions of the overrides, which are where the list in node has them.
func (p *Policy) locate(name string, node *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value != "overrides" {
			continue
		}
		list := node.Content[i+1]
		if list.Kind == yaml.AliasNode {
			list = list.Alias
		}
		for at, item := range list.Content[:min(len(list.Content), len(p.Overrides))] {
			p.Overrides[at].Position = strictyaml.Position(name, item)
		}
	}
}

// locatedError is an error that begins with file:line.
type locatedError struct {
	position string
	err      error
}

func (e *locatedError) Error() string { return e.position + ": " + e.err.Error() }

func (e *locatedError) Unwrap() error { return e.err }

// locate puts the position of the override before an error, where it is known.
func (o *Override) locate(err error) error {
	if o.Position == "" {
		return err
	}
	return &locatedError{o.Position, err}
}

// Complete returns the policy with the fields that it leaves open taken from the policy that it extends, and checks it.
func (p *Policy) Complete() (*Policy, error) {
	own := *p
	if own.Precision != "" {
		if err := own.ParsePrecision(own.Precision); err != nil {
			return nil, err
		}
		own.Precision = ""
	}
	if own.Extends != "" {
		base, err := Preset(own.Extends)
		if err != nil {
			return nil, err
		}
		own.fill(base)
	}
	if own.Name == "" {
		return nil, errors.New("policy: a policy needs a name")
	}
	if _, err := own.resolve(); err != nil {
		return nil, err
	}
	return &own, nil
}

// fill takes what p leaves open from base; overrides of base come first.
func (p *Policy) fill(base *Policy) {
	for _, f := range []struct{ to, from *string }{
		{&p.Params, &base.Params}, {&p.Compute, &base.Compute}, {&p.Output, &base.Output}, {&p.ParameterCast, &base.ParameterCast},
		{&p.StateCast, &base.StateCast}, {&p.Explicit, &base.Explicit}, {&p.Accumulation, &base.Accumulation},
		{&p.Functions, &base.Functions}, {&p.Elision, &base.Elision}, {&p.Subnormals, &base.Subnormals}, {&p.Description, &base.Description},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	// A policy that was filled in before, and written as YAML, has them already.
	if n := len(base.Overrides); len(p.Overrides) >= n && slices.EqualFunc(base.Overrides, p.Overrides[:n], sameOverride) {
		return
	}
	if p.XLACPU == nil {
		p.XLACPU = base.XLACPU
	}
	p.Overrides = append(slices.Clone(base.Overrides), p.Overrides...)
}

// sameOverride tells whether two overrides say the same, wherever they stand.
func sameOverride(a, b Override) bool {
	return a.Match == b.Match && a.Compute == b.Compute && a.Round == b.Round && slices.Equal(a.Except, b.Except)
}

// YAML returns the policy as text that [Parse] reads.
func (p *Policy) YAML() string {
	text, err := yaml.Dump(p, yaml.WithIndent(2))
	if err != nil {
		panic("policy: " + err.Error())
	}
	return string(text)
}
