package policy

import (
	"fmt"
	"strings"

	"bf16lab/internal/nearest"
	"bf16lab/ops"
)

// otherGroup is the name of the group of what no other group holds.
const otherGroup = "other"

// grouping gathers sites under names.
type grouping struct {
	list  []*Group
	known map[string]*Group
}

func newGrouping() *grouping { return &grouping{known: map[string]*Group{}} }

// at returns the group of a name, a new one with a description where there is none.
func (g *grouping) at(name, description string) *Group {
	if g.known[name] == nil {
		g.known[name] = &Group{Name: name, Description: description}
		g.list = append(g.list, g.known[name])
	}
	return g.known[name]
}

func (g *grouping) add(name, description string, n *ops.Node) {
	group := g.at(name, description)
	group.Sites = append(group.Sites, n)
}

func (g *grouping) groups() []Group {
	out := make([]Group, len(g.list))
	for i, group := range g.list {
		out[i] = *group
	}
	return out
}

// firstMatch returns the name of the first group with a glob that matches one of the names of a site, and marks the globs that
// match.
func firstMatch(groups []NamedGlobs, names []string, used map[string]bool) string {
	found := ""
	for _, g := range groups {
		for _, glob := range g.Globs {
			for _, name := range names {
				if !glob.Match(name) {
					continue
				}
				used[glob.String()] = true
				if found == "" {
					found = g.Name
				}
			}
		}
	}
	return found
}

func globsDescription(globs []Glob) string {
	texts := make([]string, len(globs))
	for i, g := range globs {
		texts[i] = g.String()
	}
	return "Sites that match " + strings.Join(texts, " or ") + "."
}

// unmatched returns the error for a glob that matches no site.
func (m *Mixture) unmatched(s *sites, g Glob) error {
	var names []string
	for _, n := range m.Sites() {
		names = append(names, s.all(n)...)
	}
	return fmt.Errorf("%q matches no site, did you mean %q?", g.String(), nearest.Glob(g.String(), names))
}
