package experiments

import (
	"context"
	"strings"
	"testing"

	"bf16lab/experiments/reference"
)

// TestTeacherForced replays the first pair update of the bfloat16 model in float32, with and without feeding each module the
// reference's values. Fed with them, a module shows only its own error, which is smaller than what has accumulated.
func TestTeacherForced(t *testing.T) {
	if testing.Short() {
		t.Skip("replays the encoder twice; run without -short")
	}
	ref := loadReference(t, "bf16-prim-4096")
	var taps []reference.Array
	for _, a := range ref.Taps {
		if strings.HasPrefix(a.Name, "alphagenome/transformer_tower/pair_update_block/") {
			taps = append(taps, a)
		}
	}
	if len(taps) == 0 {
		t.Fatal("the reference has no pair update")
	}
	ref.Taps = taps
	errorOf := func(forced bool) map[string]float64 {
		v, err := Verify(context.Background(), ref, VerifyOptions{Policy: "f32", Threads: 2, TeacherForced: forced})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]float64{}
		for _, a := range v.Arrays {
			out[a.Name] = a.RelativeL2
		}
		return out
	}
	free, forced := errorOf(false), errorOf(true)
	for _, name := range []string{
		"alphagenome/transformer_tower/pair_update_block/row_attention_block/linear_q",
		"alphagenome/transformer_tower/pair_update_block/pair_mlp_block/linear",
		"alphagenome/transformer_tower/pair_update_block/pair_mlp_block",
	} {
		if !(forced[name] > 0 && forced[name] < free[name]/4) {
			t.Errorf("%s: relative L2 %.1e with the reference's inputs, %.1e without", name, forced[name], free[name])
		}
	}
	// What comes before the first value that the reference holds whole is not changed.
	if name := taps[0].Name; forced[name] != free[name] {
		t.Errorf("%s: %.3e with the reference's inputs, %.3e without, want the same", name, forced[name], free[name])
	}
}
