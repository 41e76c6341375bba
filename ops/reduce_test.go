package ops

import (
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"

	"pgregory.net/rapid"
)

func TestReductionDefinitions(t *testing.T) {
	x := reals(Shape{2, 3}, 1, 5, -2, 4, nan, 3)
	sum := func(axes ...int) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.ReduceSum(x[0], axes...) }
	}
	largest := func(axes ...int) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.ReduceMax(x[0], axes...) }
	}
	checkDefinitions(t, []definitionCase{
		{"sum of rows", sum(1), list(x), list(row(4, nan))},
		{"sum of columns", sum(0), list(x), list(row(5, nan, 1))},
		{"sum of everything", sum(0, 1), list(reals(Shape{2, 2}, 1, 2, 3, 4)), list(reals(nil, 10))},
		{"sum over the middle", sum(1), list(reals(Shape{1, 2, 2}, 1, 2, 3, 4)), list(reals(Shape{1, 2}, 4, 6))},
		{"sum of nothing", sum(1), list(reals(Shape{2, 0})), list(row(0, 0))},
		{"sum of infinities", sum(0), list(row(inf, 1, -inf)), list(reals(nil, nan))},
		{"max of rows", largest(1), list(x), list(row(5, nan))},
		{"max of columns", largest(0), list(x), list(row(4, nan, 3))},
		{"max of zeros", largest(0), list(row(minusZero, 0, minusZero)), list(reals(nil, 0))},
		{"max of negatives", largest(0), list(row(-3, -inf, -2)), list(reals(nil, -2))},
		{"max of everything", largest(0, 1), list(reals(Shape{2, 2}, 1, 9, 3, 4)), list(reals(nil, 9))},
	})
}

// TestReductionsGatherTheirElements compares reductions over neighbouring axes with bf16.Sum and a maximum over the elements
// that belong to each result, in row-major order.
func TestReductionsGatherTheirElements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := drawShape(t, 4, 1, 6)
		if len(shape) == 0 {
			shape = Shape{3}
		}
		first := rapid.IntRange(0, len(shape)-1).Draw(t, "first")
		last := rapid.IntRange(first, len(shape)-1).Draw(t, "last")
		axes := count(last-first+1, first)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x := &Tensor{Shape: shape, F32: make([]float32, shape.Size())}
		for i := range x.F32 {
			x.F32[i] = r.Float32() - 0.5
		}
		plan := NodePlan{Sum: bf16.SumOrder{Kind: rapid.SampledFrom([]bf16.SumKind{bf16.Sequential, bf16.PairwiseSum}).Draw(t, "order")}}
		kept := append(append(Shape{}, shape[:first]...), shape[last+1:]...)
		parts := make([][]float32, kept.Size())
		for i, v := range x.F32 {
			at := coordinates(i, shape)
			to := flat(append(append([]int{}, at[:first]...), at[last+1:]...), kept)
			parts[to] = append(parts[to], v)
		}
		in := reals(shape)
		for _, v := range x.F32 {
			in.F64 = append(in.F64, float64(v))
		}
		sums := define(plan, func(b *Builder, x []*Value) { b.ReduceSum(x[0], axes...) }, in)[0]
		maxima := define(plan, func(b *Builder, x []*Value) { b.ReduceMax(x[0], axes...) }, in)[0]
		if !sums.Shape.Equal(kept) || !maxima.Shape.Equal(kept) {
			t.Fatalf("axes %v of %v: shapes %v and %v", axes, shape, sums.Shape, maxima.Shape)
		}
		for i, part := range parts {
			largest := part[0]
			for _, v := range part {
				largest = max(largest, v)
			}
			if sums.F32[i] != bf16.Sum(plan.Sum, part) || maxima.F32[i] != largest {
				t.Fatalf("axes %v of %v, element %d: sum %v, want %v; max %v, want %v", axes, shape, i, sums.F32[i], bf16.Sum(plan.Sum, part), maxima.F32[i], largest)
			}
		}
	})
}

func TestSumOrderIsThePlans(t *testing.T) {
	x := row(0x1p24, 1, 1, 1)
	sum := func(b *Builder, x []*Value) { b.ReduceSum(x[0], 0) }
	for kind, want := range map[bf16.SumKind]float64{bf16.Sequential: 0x1p24, bf16.PairwiseSum: 0x1p24 + 2} {
		if got := number64(define(NodePlan{Sum: bf16.SumOrder{Kind: kind}}, sum, x)[0], 0); got != want {
			t.Errorf("order %v: %v, want %v", kind, got, want)
		}
	}
}

// TestSumColumns computes a sum over leading axes in blocks of columns.
func TestSumColumns(t *testing.T) {
	x := reals(Shape{3, 2, 5})
	for i := range x.Shape.Size() {
		x.F64 = append(x.F64, 1+float64(i)/7)
	}
	for _, plan := range []NodePlan{
		{}, {Double: true}, {Output: bf16.BFloat16, Round: true}, {Sum: bf16.SumOrder{Kind: bf16.PairwiseSum}},
	} {
		want := define(plan, func(b *Builder, x []*Value) { b.ReduceSum(x[0], 0, 1) }, x)[0]
		got := NewTensor(want.Shape, want.Storage())
		c := NewContext(ReduceParams{Axes: []int{0, 1}}, &plan)
		for _, part := range [][2]int{{3, 5}, {0, 1}, {1, 3}} {
			SumColumns(c, got, precise(x, plan.Double), part[0], part[1])
		}
		if msg := differs(got, want); msg != "" {
			t.Errorf("%+v: %s", plan, msg)
		}
	}
	// Subnormal operands and results are flushed as Evaluate flushes them.
	many := reals(Shape{3, 3}, subnormal, 1, -subnormal, subnormal, 2, 0x1p-126, 0x1p-126, 3, -0x1.8p-126)
	for _, operands := range []bool{false, true} {
		plan := NodePlan{Flush: true, FlushOperands: [3]bool{operands}}
		want := define(plan, func(b *Builder, x []*Value) { b.ReduceSum(x[0], 0) }, many)[0]
		got := NewTensor(want.Shape, StoreFloat32)
		for lo := range 3 {
			SumColumns(NewContext(nil, &plan), got, precise(many, false), lo, lo+1)
		}
		if msg := differs(got, reals(want.Shape, number64(want, 0), number64(want, 1), number64(want, 2))); msg != "" {
			t.Errorf("flushed operands %v: %s", operands, msg)
		}
	}
	tiny := &Tensor{Shape: Shape{2, 1}, F32: []float32{subnormal, subnormal}}
	out := NewTensor(Shape{1}, StoreFloat32)
	if SumColumns(NewContext(nil, &NodePlan{Flush: true}), out, tiny, 0, 1); out.F32[0] != 0 {
		t.Error("a subnormal result was kept")
	}
}

func TestWindowDefinitions(t *testing.T) {
	x := reals(Shape{1, 4, 2}, 1, 10, 2, 20, 3, 5, -4, nan)
	checkDefinitions(t, []definitionCase{
		{"sum", func(b *Builder, x []*Value) { b.ReduceWindowSum(x[0], 2) }, list(x), list(reals(Shape{1, 2, 2}, 3, 30, -1, nan))},
		{"max", func(b *Builder, x []*Value) { b.ReduceWindowMax(x[0], 2) }, list(x), list(reals(Shape{1, 2, 2}, 2, 20, 3, nan))},
		{"windows of one", func(b *Builder, x []*Value) { b.ReduceWindowSum(x[0], 1) }, list(x), list(x)},
		{"a batch", func(b *Builder, x []*Value) { b.ReduceWindowSum(x[0], 2) }, list(reals(Shape{2, 2, 1}, 1, 2, 3, 4)), list(reals(Shape{2, 1, 1}, 3, 7))},
	})
}

// TestWindowSumRoundsEveryAddition: in bfloat16 256 + 1 stays 256, three times; rounded once at the end it is 260.
func TestWindowSumRoundsEveryAddition(t *testing.T) {
	pool := func(b *Builder, x []*Value) { b.ReduceWindowSum(x[0], 4) }
	x := reals(Shape{1, 4, 1}, 256, 1, 1, 1)
	for _, c := range []struct {
		plan NodePlan
		want float64
	}{
		{NodePlan{Output: bf16.BFloat16, Round: true}, 256},
		{NodePlan{Output: bf16.Float32, Round: true}, 259},
		{NodePlan{Output: bf16.Float32, Round: true, Sum: bf16.SumOrder{Kind: bf16.PairwiseSum}}, 259},
		{NodePlan{}, 259},
	} {
		if got := number64(define(c.plan, pool, x)[0], 0); got != c.want {
			t.Errorf("%v: %v, want %v", c.plan.Output, got, c.want)
		}
	}
}
