package policy

import (
	"strings"

	"bf16lab/ops"
)

// sites holds the names by which the equations of a graph are addressed.
type sites struct {
	taps [][]string // by equation: taps on its results
}

func sitesOf(g *ops.Graph) *sites {
	s := &sites{taps: make([][]string, len(g.Nodes))}
	for _, t := range g.Taps {
		if n := t.Value.Node; n != nil {
			s.taps[n.Index] = append(s.taps[n.Index], t.Name)
		}
	}
	return s
}

// region returns the names of the module and function that an equation belongs to.
func region(n *ops.Node) []string {
	if n.Function == "" {
		return []string{n.Module}
	}
	return []string{n.Module, n.Module + ":" + n.Function}
}

// all returns every name of an equation.
func (s *sites) all(n *ops.Node) []string {
	within := region(n)
	names := append(append([]string{}, s.taps[n.Index]...), within...)
	return append(names, primitiveNames(n)...)
}

// primitiveNames returns the names of an equation that say its primitive, or the leaf that it casts.
func primitiveNames(n *ops.Node) []string {
	within := region(n)
	names := []string{within[len(within)-1] + "@" + string(n.Primitive)}
	if leaf := castLeaf(n); leaf != "" {
		names = append(names, n.Module+"@"+leaf)
	}
	return names
}

// names returns everything that a rule of the given kind may match at an equation. Rounding happens at taps, or at all
// results of a primitive when the glob says @primitive; a compute format holds in whole regions as well.
func (s *sites) names(n *ops.Node, r *rule) []string {
	names := s.taps[n.Index]
	if strings.Contains(r.source.Match, "@") {
		names = append(names[:len(names):len(names)], primitiveNames(n)...)
	}
	if r.source.Compute != "" {
		names = append(names[:len(names):len(names)], region(n)...)
	}
	return names
}

// matches tells whether a rule holds at an equation.
func (s *sites) matches(n *ops.Node, r *rule) bool {
	for _, name := range s.names(n, r) {
		if r.match.Match(name) && !r.excludes(name) {
			return true
		}
	}
	return false
}

func (r *rule) excludes(name string) bool {
	for _, g := range r.except {
		if g.Match(name) {
			return true
		}
	}
	return false
}

// castLeaf returns the leaf name of the parameter or state that an equation casts, empty if it does not.
func castLeaf(n *ops.Node) string {
	if n.Primitive != ops.ConvertElementTypePrimitive {
		return ""
	}
	in := n.In[0].Value.Input
	if in == nil || in.Kind != ops.Parameter && in.Kind != ops.State {
		return ""
	}
	return in.Leaf
}
