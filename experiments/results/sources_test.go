package results

import (
	"bytes"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"
)

// TestSources checks that the sections of a combined run may be about policies of its sources, and only then.
func TestSources(t *testing.T) {
	run := example()
	run.NonFinite = NonFinite{Policies: []NonFinitePolicy{{Policy: "of another run", Limit: 65504, Largest: Magnitude{Equation: -1}}}}
	run.Sweep = Sweep{Outputs: []string{"out"}, Cells: []SweepCell{{Length: 2048, Input: "random", Organism: "human", Policy: "of another run",
		RelativeL2: []metrics.Number{0.5}, Digest: "0123456789abcdef"}}}
	if err := run.Check(); err == nil || !strings.Contains(err.Error(), "nonfinite.policies") {
		t.Errorf("error %v", err)
	}
	run.Sources = []Source{{Label: "a", Kind: KindReplay, Command: []string{"bf16lab"}}, {Label: "b", Kind: KindSweep}}
	var b bytes.Buffer
	if err := Encode(&b, run); err != nil {
		t.Fatal(err)
	}
	again, err := Decode(&b)
	if err != nil || len(again.Sources) != 2 || again.Sources[0].Command[0] != "bf16lab" {
		t.Errorf("read back as %v, error %v", again, err)
	}
	run.Sources[1].Label = ""
	if err := run.Check(); err == nil || err.Error() != "sources[1].label: empty" {
		t.Errorf("error %v", err)
	}
}
