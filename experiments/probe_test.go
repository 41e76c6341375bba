package experiments

import (
	"testing"

	"bf16lab/ops"
)

// The reference counts once in its digest, in whichever passes the other plans are observed with it.
func TestReferenceCountsOnce(t *testing.T) {
	chunk := func(lo int) *ops.Tensor {
		return &ops.Tensor{Shape: ops.Shape{2}, F32: []float32{float32(lo) + 1, float32(lo) + 2}}
	}
	other := &ops.Tensor{Shape: ops.Shape{2}, F32: []float32{7, 8}}
	fingerprint := func(passes ...[]*ops.Tensor) string {
		c := newComparison(1, 3)
		c.Begin(0, 1)
		for _, others := range passes {
			for lo := 0; lo < 6; lo += 2 {
				c.Observe(0, 0, int64(lo), append([]*ops.Tensor{chunk(lo)}, others...))
			}
		}
		c.End(0)
		return c.fingerprint([]ops.Tap{{Name: "x"}}, 0)
	}
	want := fingerprint([]*ops.Tensor{other, other})
	for name, got := range map[string]string{
		"alone, then both together": fingerprint([]*ops.Tensor{nil, nil}, []*ops.Tensor{other, other}),
		"one after the other":       fingerprint([]*ops.Tensor{nil, nil}, []*ops.Tensor{other, nil}, []*ops.Tensor{nil, other}),
	} {
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
