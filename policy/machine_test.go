package policy

import (
	"strings"
	"testing"

	"bf16lab/model"
)

// TestMachine reads the machine that the orders of XLA depend on from a policy file: with another number of threads sums over
// leading axes are cut in another way, and nothing else changes.
func TestMachine(t *testing.T) {
	g := model.Trace(model.AlphaGenome(2048))
	plan := func(text string) map[string]int {
		p, err := Parse("test.yaml", []byte("name: test\nextends: f32\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		changed, err := p.Plan(g)
		if err != nil {
			t.Fatal(err)
		}
		base, err := Preset("f32")
		if err != nil {
			t.Fatal(err)
		}
		recorded, err := base.Plan(g)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for i := range changed.Nodes {
			if changed.Nodes[i] != recorded.Nodes[i] {
				count[string(g.Nodes[i].Primitive)]++
			}
		}
		return count
	}
	if n := plan("xla_cpu: {threads: 2}\n"); len(n) != 0 {
		t.Errorf("the recorded machine changes %v", n)
	}
	if n := plan("xla_cpu: {threads: 16}\n"); len(n) != 1 || n["reduce_sum"] == 0 {
		t.Errorf("16 threads change %v, want sums only", n)
	}
	_, err := Parse("test.yaml", []byte("name: test\nextends: f32\nxla_cpu: {threads: 0}\n"))
	if err == nil || !strings.Contains(err.Error(), "at least 1") {
		t.Errorf("no threads: %v", err)
	}
}
