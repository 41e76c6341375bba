package experiments

import (
	"testing"

	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

// TestMixturesOnTheExecutor: plans with some functions restored mix formats in every kind of equation. The executor must have
// the bits of the definitions under all of them, in lock step.
func TestMixturesOnTheExecutor(t *testing.T) {
	g := model.Trace(model.Miniature())
	reference, err := policy.Preset("f32")
	if err != nil {
		t.Fatal(err)
	}
	c := opstest.Case{Graph: g, Load: miniatureInput}
	for _, name := range []string{"jax-cpu-eager", "strict-bf16"} {
		p, err := policy.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := policy.NewMixture(g, p, reference)
		if err != nil {
			t.Fatal(err)
		}
		groups := m.ByFunction()
		for i, group := range groups {
			in := sitesIn(groups[i : i+1])
			c.Plans = append(c.Plans, m.Plan(name+" rescue "+group.Name, in))
			c.Plans = append(c.Plans, m.Plan(name+" injure "+group.Name, func(n *ops.Node) bool { return !in(n) }))
		}
	}
	for _, workers := range []int{1, 2} {
		opstest.Compare(t, cpuBackend(workers), c, g.Taps)
	}
}
