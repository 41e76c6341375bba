package experiments

import (
	"context"
	"testing"

	"bf16lab/experiments/reference"
)

// TestBlocks compares the 42 building blocks with those of the official model, by bits: in float32 and in bfloat16 one
// primitive at a time, and in bfloat16 under jit.
func TestBlocks(t *testing.T) {
	for _, name := range []string{"f32-prim", "bf16-prim", "bf16-jit"} {
		t.Run(name, func(t *testing.T) {
			ref, err := reference.Load("testdata/blocks/" + name + ".npz")
			if err != nil {
				t.Fatal(err)
			}
			if len(ref.Cases) != 42 {
				t.Errorf("%d cases, want 42", len(ref.Cases))
			}
			v, err := Verify(context.Background(), ref, VerifyOptions{Threads: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range v.Arrays {
				if a.Identical != a.Elements {
					t.Errorf("%s: %d of %d elements identical, largest distance %d ulp", a.Name, a.Identical, a.Elements, a.MaxUlp)
				}
			}
		})
	}
}
