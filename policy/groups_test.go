package policy

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"

	"github.com/google/go-cmp/cmp"
)

// eagerMixture mixes jax-cpu-eager with f32 on the whole model.
func eagerMixture(t *testing.T) *Mixture {
	t.Helper()
	return mixture(t, officialGraph(), presetNamed(t, "jax-cpu-eager"), presetNamed(t, "f32"))
}

// TestGroupsByFunction counts the equations of every group of the whole model. A change of the model, of the rules or of what
// a site is shows in testdata/groups.txt, which -update writes.
func TestGroupsByFunction(t *testing.T) {
	const file = "testdata/groups.txt"
	var text strings.Builder
	for _, g := range eagerMixture(t).ByFunction() {
		fmt.Fprintf(&text, "%s\t%d\n", g.Name, len(g.Sites))
		counts := map[string]int{}
		for _, n := range g.Sites {
			counts[site(n)]++
		}
		for _, s := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&text, "\t%s\t%d\n", s, counts[s])
		}
	}
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text.String(), "\n")); diff != "" {
		t.Errorf("groups differ from %s:\n%s", file, diff)
	}
}

// TestEveryRoundingIsInOneGroup: whatever the policy, every equation that rounds to another format than the reference is a site,
// and every site is in exactly one group, however they are grouped.
func TestEveryRoundingIsInOneGroup(t *testing.T) {
	g := officialGraph()
	reference := presetNamed(t, "f32")
	for _, name := range []string{"jax-cpu-eager", "strict-bf16", "seed-hooks", "storage-bf16", "weights-bf16"} {
		m := mixture(t, g, presetNamed(t, name), reference)
		rounded := map[*ops.Node]bool{}
		plan := presetPlan(t, name)
		for i, n := range g.Nodes {
			if np := plan.Nodes[i]; np.Round && np.Output == bf16.BFloat16 || np.Operands != [3]bf16.Format{} {
				rounded[n] = true
			}
		}
		globs, err := m.ByGlobs([]NamedGlobs{{"encoder", globs(t, "**/sequence_encoder/**")}, {"all", globs(t, "**")}})
		if err != nil {
			t.Fatal(err)
		}
		for by, groups := range map[string][]Group{
			"function": m.ByFunction(), "module": m.ByModule(), "globs": globs,
			"path": m.By(func(n *ops.Node) (string, string) { return n.Path, "" }),
		} {
			seen := map[*ops.Node]bool{}
			for _, group := range groups {
				if group.Description == "" && by != "path" {
					t.Errorf("%s by %s: group %s has no description", name, by, group.Name)
				}
				for _, n := range group.Sites {
					if seen[n] {
						t.Errorf("%s by %s: equation %d, %s, is in two groups", name, by, n.Index, site(n))
					}
					seen[n] = true
				}
			}
			for n := range rounded {
				if !seen[n] {
					t.Errorf("%s by %s: equation %d, %s, rounds and is in no group", name, by, n.Index, site(n))
				}
			}
			if len(seen) != len(m.Sites()) {
				t.Errorf("%s by %s: %d of %d sites are in groups", name, by, len(seen), len(m.Sites()))
			}
		}
	}
}

// TestGroupNames: the groups that everybody knows are there even without sites, and no name is there twice.
func TestGroupNames(t *testing.T) {
	var names []string
	for _, g := range eagerMixture(t).ByFunction() {
		names = append(names, g.Name)
	}
	for _, want := range []string{
		"layer_norm", "gelu", "softmax", "rope", "weight_standardisation", "residual adds", "parameter cast", "state cast", "output cast",
		"dot operands", "dot outputs",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no group %q in %q", want, names)
		}
	}
	if slices.Sort(names); len(slices.Compact(names)) != len(names) {
		t.Errorf("names twice in %q", names)
	}
}

func globs(t testing.TB, texts ...string) []Glob {
	t.Helper()
	var out []Glob
	for _, text := range texts {
		g, err := ParseGlob(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, g)
	}
	return out
}

// TestGroupsByGlobs: the first group that matches takes a site, by any of its names; the rest is a group of its own.
func TestGroupsByGlobs(t *testing.T) {
	m := eagerMixture(t)
	groups, err := m.ByGlobs([]NamedGlobs{
		{"embedder", globs(t, "**/dna_embedder/**")},
		{"gelus", globs(t, "**:gelu", "**:gelu_tanh")},
		{"tables", globs(t, "**@embeddings")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{groups[0].Name, groups[1].Name, groups[2].Name, groups[3].Name}; !slices.Equal(got, []string{"embedder", "gelus", "tables", otherGroup}) || len(groups) != 4 {
		t.Errorf("groups %q of %d", got, len(groups))
	}
	for _, n := range groups[0].Sites {
		if !strings.Contains(n.Module, "dna_embedder") {
			t.Errorf("%s is in embedder", site(n))
		}
	}
	for _, n := range groups[1].Sites {
		if !strings.HasPrefix(n.Function, "gelu") || strings.Contains(n.Module, "dna_embedder") {
			t.Errorf("%s is in gelus", site(n))
		}
	}
	if len(groups[2].Sites) != 8 {
		t.Errorf("%d tables, want 8", len(groups[2].Sites))
	}
	_, err = m.ByGlobs([]NamedGlobs{{"none", globs(t, "**/dna_embeder/**")}})
	if err == nil || !strings.Contains(err.Error(), `"**/dna_embeder/**" matches no site, did you mean "**/dna_embedder/**"?`) {
		t.Errorf("a glob that matches nothing: %v", err)
	}
}

// TestGroupsByModule: the number of a repeated module does not count.
func TestGroupsByModule(t *testing.T) {
	for _, g := range eagerMixture(t).ByModule() {
		for _, n := range g.Sites {
			last := n.Module[strings.LastIndexByte(n.Module, '/')+1:]
			if last != g.Name && !strings.HasPrefix(last, g.Name+"_") {
				t.Errorf("%s is in %s", n.Module, g.Name)
			}
		}
	}
}
