package policy

import (
	"regexp"
	"strings"

	"bf16lab/ops"
)

// numberedModule matches the number that haiku appends to the name of a repeated module.
var numberedModule = regexp.MustCompile(`_\d+$`)

// ByModule returns the sites grouped by the kind of their innermost module: its name without the number of a repetition.
func (m *Mixture) ByModule() []Group {
	return m.By(func(n *ops.Node) (name, description string) {
		kind := numberedModule.ReplaceAllString(n.Module[strings.LastIndexByte(n.Module, '/')+1:], "")
		if kind == "" {
			return "outside", "Outside of any module."
		}
		return kind, "In modules called " + kind + "."
	})
}

// By returns the sites grouped by a name that of gives each, with a description of the group, in the order of their first
// sites.
func (m *Mixture) By(of func(n *ops.Node) (name, description string)) []Group {
	groups := newGrouping()
	for _, n := range m.Sites() {
		name, description := of(n)
		groups.add(name, description, n)
	}
	return groups.groups()
}

// NamedGlobs is a group that is given by patterns on its sites.
type NamedGlobs struct {
	Name  string
	Globs []Glob
}

// ByGlobs returns the sites grouped by patterns on the names that the package comment gives them. A site belongs to the first
// group that matches one of its names; those that none matches make a last group, "other". The error for a glob that
// matches no site names the nearest one.
func (m *Mixture) ByGlobs(named []NamedGlobs) ([]Group, error) {
	s := sitesOf(m.graph)
	groups := newGrouping()
	for _, g := range named {
		groups.at(g.Name, globsDescription(g.Globs))
	}
	used := map[string]bool{}
	for _, n := range m.Sites() {
		name := firstMatch(named, s.all(n), used)
		if name == "" {
			groups.add(otherGroup, "All other sites.", n)
			continue
		}
		groups.add(name, "", n)
	}
	for _, g := range named {
		for _, glob := range g.Globs {
			if !used[glob.String()] {
				return nil, m.unmatched(s, glob)
			}
		}
	}
	return groups.groups(), nil
}
