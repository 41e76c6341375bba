package ops

import (
	"testing"

	"bf16lab/bf16"
)

const subnormal = 0x1p-130

func TestFlush(t *testing.T) {
	x := &Tensor{Shape: Shape{6}, F32: []float32{subnormal, -subnormal, 0x1p-126, -0x1.fffffcp-127, float32(nan), 0}}
	Flush(x)
	if msg := differs(x, row(0, minusZero, 0x1p-126, minusZero, nan, 0)); msg != "" {
		t.Error(msg)
	}
	d := row(subnormal, 0x1p-1040)
	Flush(d)
	if d.F64[0] != subnormal || d.F64[1] != 0x1p-1040 {
		t.Error("float64 was flushed")
	}
}

func TestFlushedCopiesOnlyWhereItMust(t *testing.T) {
	x := precise(row(1, 0, nan), false)
	if flushed(x) != x {
		t.Error("a tensor without subnormals was copied")
	}
	y := precise(row(1, -subnormal), false)
	z := flushed(y)
	if z == y || number64(y, 1) != -subnormal {
		t.Error("the operand itself was changed")
	}
	if msg := differs(z, row(1, minusZero)); msg != "" {
		t.Error(msg)
	}
}

// TestFlushRules: arithmetic flushes results, and operands where the plan says so; moving, comparing and converting keep
// subnormals, elementary functions are left to their set.
func TestFlushRules(t *testing.T) {
	everything := NodePlan{Flush: true, FlushOperands: [3]bool{true, true, true}, Functions: "exact"}
	results := NodePlan{Flush: true, Functions: "exact"}
	small, large := row(-subnormal), row(0x1p100)
	sum := func(b *Builder, x []*Value) { b.ReduceSum(x[0], 0) }
	for _, c := range []struct {
		name  string
		plan  NodePlan
		build func(*Builder, []*Value)
		in    []*Tensor
		want  *Tensor
	}{
		{"result of mul", results, two((*Builder).Mul), list(row(-0x1p-100), row(0x1p-40)), row(minusZero)},
		{"mul without flush", NodePlan{}, two((*Builder).Mul), list(row(-0x1p-100), row(0x1p-40)), row(-0x1p-140)},
		{"operand of mul is kept", results, two((*Builder).Mul), list(small, large), row(-0x1p-30)},
		{"operand of mul", everything, two((*Builder).Mul), list(small, large), row(minusZero)},
		{"second operand of mul", NodePlan{Flush: true, FlushOperands: [3]bool{false, true}}, two((*Builder).Mul), list(large, small), row(minusZero)},
		{"first operand only", NodePlan{Flush: true, FlushOperands: [3]bool{true}}, two((*Builder).Mul), list(large, small), row(-0x1p-30)},
		{"result of add", results, two((*Builder).Add), list(row(0x1p-126), row(-0x1.8p-126)), row(minusZero)},
		{"result of sub", results, two((*Builder).Sub), list(row(0x1.8p-126), row(0x1p-126)), row(0)},
		{"operands of div", everything, two((*Builder).Div), list(row(1), row(subnormal)), row(inf)},
		{"square", results, one((*Builder).Square), list(row(0x1p-70)), row(0)},
		{"pow", results, two((*Builder).Pow), list(row(0x1p-70), row(2)), row(0)},
		{"operands of a sum", everything, sum, list(row(subnormal, subnormal, 0x1p-126)), reals(nil, 0x1p-126)},
		{"result of a sum", results, sum, list(row(subnormal, subnormal)), reals(nil, 0)},
		{"neg", everything, one((*Builder).Neg), list(small), row(subnormal)},
		{"abs", everything, one((*Builder).Abs), list(small), row(subnormal)},
		{"max", everything, two((*Builder).Max), list(small, row(-1)), small},
		{"compare", everything, two((*Builder).Lt), list(small, row(0)), truths(Shape{1}, true)},
		{"stop_gradient", everything, func(b *Builder, x []*Value) { b.StopGradient(x[0]) }, list(small), small},
		{"convert", everything, func(b *Builder, x []*Value) { b.ConvertElementType(x[0], Compute) }, list(small), small},
		{"sqrt", everything, one((*Builder).Sqrt), list(row(0x1p-130)), row(0x1p-65)},
	} {
		if msg := differs(define(c.plan, c.build, c.in...)[0], c.want); msg != "" {
			t.Errorf("%s: %s", c.name, msg)
		}
	}
	// float64 has nothing to flush in float32's range.
	double := everything
	double.Double = true
	if msg := differs(define(double, two((*Builder).Mul), small, row(1))[0], small); msg != "" {
		t.Errorf("float64: %s", msg)
	}
}

// TestIntegerPowRoundsInside: x^3 is (x*x)*x, and the inner product has the dtype's format too.
func TestIntegerPowRoundsInside(t *testing.T) {
	cube := func(b *Builder, x []*Value) { b.IntegerPow(x[0], 3) }
	x := 1.0625 // x*x = 1.12890625 lies on a tie of bfloat16 and goes to 1.125; x*x*x is 1.1953125 there, 1.1994... before
	for _, c := range []struct {
		plan NodePlan
		want float64
	}{
		{NodePlan{Output: bf16.Float32, Round: true}, x * x * x},
		{NodePlan{Output: bf16.BFloat16, Round: true}, 1.1953125},
		{NodePlan{}, x * x * x},
		{NodePlan{Output: bf16.BFloat16, Round: true, Double: true}, 1.1953125},
		{NodePlan{Output: bf16.Float64, Round: true, Double: true}, x * x * x},
	} {
		if got := number64(define(c.plan, cube, row(x))[0], 0); got != c.want {
			t.Errorf("%v: %v, want %v", c.plan.Output, got, c.want)
		}
	}
	if once := bf16.BFloat16.Round64(x * x * x); once == 1.1953125 {
		t.Error("the example shows nothing")
	}
}

func TestRoundTo(t *testing.T) {
	for _, c := range []struct {
		format bf16.Format
		double bool
		want   float64
	}{
		{bf16.Format{}, false, float64(float32(1.1))},
		{bf16.Float32, false, float64(float32(1.1))},
		{bf16.Float64, false, float64(float32(1.1))},
		{bf16.BFloat16, false, 1.1015625},
		{bf16.Format{}, true, 1.1},
		{bf16.Float64, true, 1.1},
		{bf16.Float32, true, float64(float32(1.1))},
		{bf16.BFloat16, true, 1.1015625},
	} {
		x := precise(row(1.1), c.double)
		RoundTo(c.format, x)
		if got := number64(x, 0); got != c.want {
			t.Errorf("%v, float64 %v: %v, want %v", c.format, c.double, got, c.want)
		}
	}
}
