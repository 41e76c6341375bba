package ops

import (
	"math"
	"testing"

	"bf16lab/bf16"
)

func TestConvertDefinition(t *testing.T) {
	to := func(dtype DType) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.ConvertElementType(x[0], dtype) }
	}
	checkDefinitions(t, []definitionCase{
		{"reals to integers", to(Int32), list(row(2.75, -2.75, -0.5, nan, inf, -inf, 3e9)),
			list(ints(Shape{7}, 2, -2, 0, 0, math.MaxInt32, math.MinInt32, math.MaxInt32))},
		{"integers to reals", to(Float32), list(ints(Shape{2}, -7, 1<<24)), list(row(-7, 1<<24))},
		{"truth values to reals", to(Float32), list(truths(Shape{2}, true, false)), list(row(1, 0))},
		{"truth values to integers", to(Int32), list(truths(Shape{2}, true, false)), list(ints(Shape{2}, 1, 0))},
		{"reals to truth values", to(Bool), list(row(0, minusZero, nan, 1e-30)), list(truths(Shape{4}, false, false, true, true))},
		{"integers to truth values", to(Bool), list(ints(Shape{2}, 0, -3)), list(truths(Shape{2}, false, true))},
	})
}

func TestConvertRoundsAsThePlanSays(t *testing.T) {
	convert := func(b *Builder, x []*Value) { b.ConvertElementType(x[0], Compute) }
	tiny := bf16.BFloat16.Round64(1e-40)
	x := row(1.00390625, 1.01171875, 1e-40, -1e39, nan) // ties to even, down and up; a subnormal
	for _, c := range []struct {
		plan NodePlan
		want *Tensor
	}{
		{NodePlan{Output: bf16.BFloat16, Round: true}, row(1, 1.015625, tiny, -inf, nan)},
		{NodePlan{Output: bf16.BFloat16, Round: true, Flush: true}, row(1, 1.015625, tiny, -inf, nan)},
		{NodePlan{Output: bf16.Float16, Round: true}, row(1.00390625, 1.01171875, 0, -inf, nan)},
		{NodePlan{Output: bf16.BFloat16}, row(1.00390625, 1.01171875, float64(float32(1e-40)), -inf, nan)},
		{NodePlan{Output: bf16.BFloat16, Round: true, Double: true}, row(1, 1.015625, tiny, -inf, nan)},
	} {
		got := define(c.plan, convert, x)[0]
		if msg := differs(got, c.want); msg != "" {
			t.Errorf("%v: %s", c.plan.Output, msg)
		}
	}
	if tiny == 0 {
		t.Error("the subnormal is none")
	}
}

func TestConvertToTheSameDTypeIsNothing(t *testing.T) {
	b := NewBuilder()
	x := b.Argument("x", Compute, 2)
	if b.ConvertElementType(x, Compute) != x || len(b.Graph().Nodes) != 0 {
		t.Error("an equation was appended")
	}
	if y := b.ConvertElementType(x, BFloat16); y == x || y.DType != BFloat16 {
		t.Error("compute and bfloat16 were taken for the same")
	}
}

// TestLiteralTensor: literals are rounded to their dtype by way of float32. 1 + 2^-8 + 2^-40 lies above a tie of bfloat16, but its
// float32 is the tie.
func TestLiteralTensor(t *testing.T) {
	above := 1 + 0x1p-8 + 0x1p-40
	for _, c := range []struct {
		dtype DType
		plan  NodePlan
		x     float64
		want  float64
	}{
		{Compute, NodePlan{Literal: bf16.BFloat16}, above, 1},
		{Compute, NodePlan{Literal: bf16.BFloat16}, 1.702, 1.703125},
		{Compute, NodePlan{Literal: bf16.Float32}, 0.1, float64(float32(0.1))},
		{Compute, NodePlan{Literal: bf16.Float64, Double: true}, 0.1, 0.1},
		{Compute, NodePlan{Literal: bf16.BFloat16, Double: true}, above, 1},
		{BFloat16, NodePlan{}, above, 1},
		{Float16, NodePlan{}, 0.1, 0.0999755859375},
		{Float32, NodePlan{Literal: bf16.BFloat16}, 0.1, float64(float32(0.1))},
		{Float32, NodePlan{Literal: bf16.BFloat16, Double: true}, 0.1, 0.1},
		{Int32, NodePlan{}, -7, -7},
		{Bool, NodePlan{}, 2, 1},
		{Compute, NodePlan{Literal: bf16.BFloat16}, math.Inf(-1), math.Inf(-1)},
	} {
		got := LiteralTensor(Operand{Literal: c.x, DType: c.dtype}, &c.plan)
		if x := number64(got, 0); x != c.want || (got.F64 != nil) != (c.plan.Double && c.dtype.IsFloat()) || len(got.Shape) != 0 {
			t.Errorf("%v as %v under %v: %v, want %v", c.x, c.dtype, c.plan.Literal, x, c.want)
		}
	}
}
