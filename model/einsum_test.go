package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bf16lab/ops"
)

// TestEinsum compares with what jax 0.10.2 traces for jnp.einsum of bfloat16 operands with float32 as preferred type.
func TestEinsum(t *testing.T) {
	for _, c := range []struct {
		spec        string
		left, right ops.Shape
		want        []string
	}{
		{"a1b,bc->ac", ops.Shape{2, 1, 3}, ops.Shape{3, 4}, []string{
			"convert_element_type [[2,1,3]] -> [2,1,3]", "reduce_sum [[2,1,3]] {[1]} -> [2,3]",
			"dot_general [[2,3] [3,4]] {[1] [0] [] [] P} -> [2,4]",
		}},
		{"ab,bc1->ca", ops.Shape{2, 3}, ops.Shape{3, 4, 1}, []string{
			"convert_element_type [[3,4,1]] -> [3,4,1]", "reduce_sum [[3,4,1]] {[2]} -> [3,4]",
			"dot_general [[3,4] [2,3]] {[0] [1] [] [] P} -> [4,2]",
		}},
		{"bi,bj->bji", ops.Shape{2, 3}, ops.Shape{2, 4}, []string{"dot_general [[2,4] [2,3]] {[] [] [0] [0] P} -> [2,4,3]"}},
		{"i,j->ji", ops.Shape{3}, ops.Shape{4}, []string{"dot_general [[4] [3]] {[] [] [] [] P} -> [4,3]"}},
		{"bik,bjk->bij", ops.Shape{2, 3, 5}, ops.Shape{2, 4, 5}, []string{"dot_general [[2,3,5] [2,4,5]] {[2] [2] [0] [0] P} -> [2,3,4]"}},
		{"b...i,bij->b...j", ops.Shape{2, 3, 4, 5}, ops.Shape{2, 5, 6}, []string{"dot_general [[2,3,4,5] [2,5,6]] {[3] [1] [0] [0] P} -> [2,3,4,6]"}},
	} {
		b := ops.NewBuilder()
		einsum(b, c.spec, b.Argument("x", ops.Compute, c.left...), b.Argument("y", ops.Compute, c.right...), ops.Float32, "P")
		var got []string
		for _, n := range b.Graph().Nodes {
			var in []ops.Shape
			for _, o := range n.In {
				in = append(in, o.Shape())
			}
			params := fmt.Sprintf(" %v", n.Params)
			if n.Primitive == ops.ConvertElementTypePrimitive {
				params = ""
			}
			got = append(got, fmt.Sprintf("%s %v%s -> %v", n.Primitive, in, params, n.Out[0].Shape))
			if n.Path != c.spec {
				t.Errorf("%s: path %q", c.spec, n.Path)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.spec, got, c.want)
		}
	}
}

func TestEinsumRejects(t *testing.T) {
	for _, spec := range []string{"ab,bc", "ab->ab", "abc,bc->a", "...abc,bc->ac"} {
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.HasPrefix(message, "model: einsum") {
					t.Errorf("%s for two matrices: %q", spec, message)
				}
			}()
			b := ops.NewBuilder()
			x := b.Argument("x", ops.Compute, 2, 2)
			einsum(b, spec, x, x, ops.Compute, "")
		}()
	}
}
