package policy

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"bf16lab/bf16"
	"bf16lab/model"
	"bf16lab/ops"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// officialGraph is the whole model at 4,096 bases.
var officialGraph = sync.OnceValue(func() *ops.Graph { return model.Trace(model.AlphaGenome(4096)) })

// presetPlan plans the whole model under a preset.
func presetPlan(t *testing.T, name string) *ops.Plan {
	t.Helper()
	p, err := Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(officialGraph())
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestPresetsAreListedInOrder(t *testing.T) {
	names := Presets()
	files, err := filepath.Glob("presets/*.yaml")
	if err != nil || len(files) != len(names) {
		t.Errorf("%d presets of %d files: %v", len(names), len(files), err)
	}
	if !slices.IsSortedFunc(names, func(a, b string) int { return rank(a) - rank(b) }) || names[0] != "f64" || names[1] != "f32" {
		t.Errorf("got %q", names)
	}
	for _, name := range names {
		if !slices.Contains(order, name) {
			t.Errorf("%s has no place in the order", name)
		}
		p, err := Preset(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Name != name || p.Description == "" || strings.Contains(p.Description, "\n") {
			t.Errorf("%s: name %q, description %q", name, p.Name, p.Description)
		}
	}
	if _, err := Preset("jax-cpu-eagre"); err == nil || err.Error() != `policy: unknown policy "jax-cpu-eagre", did you mean "jax-cpu-eager"?` {
		t.Errorf("got %v", err)
	}
}

// TestPresetsSurviveYAML: what is shown can be read again and means the same.
func TestPresetsSurviveYAML(t *testing.T) {
	for _, name := range Presets() {
		p, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("shown.yaml", []byte(p.YAML()))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, p.YAML())
			continue
		}
		for _, q := range []*Policy{p, again} {
			for i := range q.Overrides {
				q.Overrides[i].Position = ""
			}
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if again.YAML() != p.YAML() {
			t.Errorf("%s: YAML changes when it is read and written", name)
		}
	}
}

// kind says in one word or two how an equation keeps its result; empty for integers and truth values.
func kind(np *ops.NodePlan) string {
	switch {
	case np.Output == (bf16.Format{}):
		return ""
	case np.Alias:
		return "alias " + np.Output.String()
	case np.Exact:
		return "exact"
	case np.Shown != (bf16.Format{}):
		return "shown " + np.Shown.String()
	case np.Round:
		return "round " + np.Output.String()
	}
	return "keep " + np.Output.String()
}

// TestPresetPlans counts the equations of the whole model by primitive and by what each preset does with them. A change of
// the model, of a preset or of the planner shows in testdata/plans.txt, which -update writes.
func TestPresetPlans(t *testing.T) {
	g := officialGraph()
	var text strings.Builder
	for _, name := range Presets() {
		plan := presetPlan(t, name)
		counts := map[string]int{}
		for i := range plan.Nodes {
			np := &plan.Nodes[i]
			if k := kind(np); k != "" {
				counts[k+"\t"+string(g.Nodes[i].Primitive)]++
			}
			for _, f := range np.Operands {
				if f != (bf16.Format{}) {
					counts["operand "+f.String()+"\t"+string(g.Nodes[i].Primitive)]++
				}
			}
		}
		for _, k := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&text, "%s\t%s\t%d\n", name, k, counts[k])
		}
	}
	const file = "testdata/plans.txt"
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
		t.Errorf("plans differ from %s:\n%s", file, diff)
	}
}

var numbered = regexp.MustCompile(`_\d+(/|$)`)

// site names an equation by module, without the numbers of repeated modules, function and primitive.
func site(n *ops.Node) string {
	s := numbered.ReplaceAllString(n.Module, "$1")
	if n.Function != "" {
		s += ":" + n.Function
	}
	return s + "@" + string(n.Primitive)
}

// seedSites are the rounding points of the seed's emulation, block by block, and how often each is met. Where the seed
// rounds once, rounding the steps before it as well changes nothing: the sum of a half-sum, since halving is exact, and the
// pool of values that are rounded already. Its relative-position features are -1, 0 and 1 and need no rounding; its
// "again" and the input of the tower are roundings of rounded values.
var seedSites = map[string]int{
	// DNAEmbed: sum of convolution and conv block; the pool.
	"alphagenome/sequence_encoder/dna_embedder:residual@add":       1,
	"alphagenome/sequence_encoder/max_pool:pool@reduce_window_max": 7,
	"alphagenome/sequence_encoder/downres_block:residual@add":      6,
	"alphagenome@add": 1, // organism
	"alphagenome/sequence_decoder/up_res_block:residual@add": 7,
	// Tower: single after attention and MLP (9 blocks); pair after sequence-to-pair (but the first), row attention, MLP.
	"alphagenome/transformer_tower:residual@add":                   18,
	"alphagenome/transformer_tower/pair_update_block:residual@add": 14,
	// Sequence to pair: norm, q, k, q.k, encoding, two biases, two products before the shift, half-sum and sum, projection,
	// outer q, outer k, their sum, the result.
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/norm_seq2pair:layer_norm@add":        5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/linear_q@dot_general":                5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/linear_k@dot_general":                5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block@transpose":                           5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/linear_pos_features:linear_bias@add": 5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block:parameter@convert_element_type":      10,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block:relative_position@transpose":         10,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block:relative_position@add":               10,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block:relative_position@mul":               5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/linear_pair:linear_bias@add":         5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/linear_y_q@dot_general":              5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block/linear_y_k@dot_general":              5,
	"alphagenome/transformer_tower/pair_update_block/sequence_to_pair_block@add":                                 10,
	// Row attention: q, k, v, the weighted sum.
	"alphagenome/transformer_tower/pair_update_block/row_attention_block/linear_q@dot_general":     5,
	"alphagenome/transformer_tower/pair_update_block/row_attention_block/linear_k@dot_general":     5,
	"alphagenome/transformer_tower/pair_update_block/row_attention_block/linear_v:linear_bias@add": 5,
	"alphagenome/transformer_tower/pair_update_block/row_attention_block@convert_element_type":     5,
	// Output embeddings after the activation; the pair's after symmetrise (sum and half), norm, organism, activation.
	"alphagenome/output_embedder:gelu@mul":              2,
	"alphagenome/output_pair@add":                       2,
	"alphagenome/output_pair@div":                       1,
	"alphagenome/output_pair/layer_norm:layer_norm@add": 1,
	"alphagenome/output_pair:gelu@mul":                  1,
}

// TestSeedHooks: the seed's rounding points are rounded to bfloat16, nothing else is, and everything is computed as in f32.
func TestSeedHooks(t *testing.T) {
	g := officialGraph()
	plan, base := presetPlan(t, "seed-hooks"), presetPlan(t, "f32")
	got := map[string]int{}
	for i, n := range g.Nodes {
		np := plan.Nodes[i]
		if np.Round && np.Output == bf16.BFloat16 {
			got[site(n)]++
		}
		// What moves or widens rounded values may keep them in bfloat16.
		np.Output, np.Round, np.Alias = base.Nodes[i].Output, base.Nodes[i].Round, base.Nodes[i].Alias
		if np != base.Nodes[i] && !base.Nodes[i].Alias {
			t.Errorf("%s: %+v, in f32 %+v", site(n), plan.Nodes[i], base.Nodes[i])
		}
	}
	if diff := cmp.Diff(seedSites, got); diff != "" {
		t.Errorf("rounded sites (- wanted, + got):\n%s", diff)
	}
}

// TestStorageRoundsWhatModulesHandOn: every floating-point result of a module and nothing else.
func TestStorageRoundsWhatModulesHandOn(t *testing.T) {
	g, plan := officialGraph(), presetPlan(t, "storage-bf16")
	handed := map[*ops.Node]bool{}
	for _, tap := range g.Taps {
		if strings.HasPrefix(tap.Name, "alphagenome") && !strings.Contains(tap.Name, ":") && tap.Value.DType.IsFloat() {
			handed[tap.Value.Node] = true
		}
	}
	rounded := 0
	for i, n := range g.Nodes {
		is := plan.Nodes[i].Round && plan.Nodes[i].Output == bf16.BFloat16
		if is != handed[n] {
			t.Errorf("equation %d, %s: rounded %v, handed on %v", i, site(n), is, handed[n])
		}
		if is {
			rounded++
		}
	}
	if rounded < 300 {
		t.Errorf("only %d results are rounded", rounded)
	}
}

// TestWeightsRoundsCastsOfParameters: all of them and nothing else.
func TestWeightsRoundsCastsOfParameters(t *testing.T) {
	g, plan := officialGraph(), presetPlan(t, "weights-bf16")
	parameters := map[string]bool{}
	for i, n := range g.Nodes {
		is := plan.Nodes[i].Round && plan.Nodes[i].Output == bf16.BFloat16
		cast := n.Primitive == ops.ConvertElementTypePrimitive && n.In[0].Value.Input != nil && n.In[0].Value.Input.Kind == ops.Parameter
		if is != cast {
			t.Errorf("equation %d, %s: rounded %v, a parameter %v", i, site(n), is, cast)
		}
		if cast {
			parameters[n.In[0].Value.Input.Name()] = true
		}
	}
	if len(parameters) != 589 {
		t.Errorf("%d parameters are cast, want 589", len(parameters))
	}
}

// TestEagerRoundsEveryPrimitive: every equation whose type the model leaves open is rounded to bfloat16 or moves bfloat16
// values, and regions that the model makes float32 stay float32.
func TestEagerRoundsEveryPrimitive(t *testing.T) {
	g, plan := officialGraph(), presetPlan(t, "jax-cpu-eager")
	for i, n := range g.Nodes {
		np := plan.Nodes[i]
		switch n.Out[0].DType {
		case ops.Compute:
			if np.Output != bf16.BFloat16 || !np.Round && !np.Alias && !n.Primitive.Moves() {
				t.Errorf("equation %d, %s: %+v", i, site(n), np)
			}
		case ops.Float32:
			if np.Output == bf16.BFloat16 && !np.Alias && !n.Primitive.Moves() {
				t.Errorf("equation %d, %s is float32: %+v", i, site(n), np)
			}
		}
		if np.Operands != [3]bf16.Format{} || np.Double {
			t.Errorf("equation %d, %s: %+v", i, site(n), np)
		}
	}
}
