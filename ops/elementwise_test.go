package ops

import (
	"math"
	"testing"
)

// one appends an equation of one operand, two one of two.
func one(f func(b *Builder, x Arg) *Value) func(*Builder, []*Value) {
	return func(b *Builder, x []*Value) { f(b, x[0]) }
}

func two(f func(b *Builder, x, y Arg) *Value) func(*Builder, []*Value) {
	return func(b *Builder, x []*Value) { f(b, x[0], x[1]) }
}

func list(t ...*Tensor) []*Tensor { return t }

func TestUnaryDefinitions(t *testing.T) {
	power := func(y int) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.IntegerPow(x[0], y) }
	}
	checkDefinitions(t, []definitionCase{
		{"abs", one((*Builder).Abs), list(row(-1.5, 2, minusZero, -inf, nan)), list(row(1.5, 2, 0, inf, nan))},
		{"abs of integers", one((*Builder).Abs), list(ints(Shape{3}, -3, 0, 4)), list(ints(Shape{3}, 3, 0, 4))},
		{"neg", one((*Builder).Neg), list(row(1.5, 0, minusZero, -inf, nan)), list(row(-1.5, minusZero, 0, inf, nan))},
		{"neg of integers", one((*Builder).Neg), list(ints(Shape{2}, -3, 4)), list(ints(Shape{2}, 3, -4))},
		{"sign", one((*Builder).Sign), list(row(-7, 1e-30, 0, minusZero, -inf, nan)), list(row(-1, 1, 0, minusZero, -1, nan))},
		{"sign of integers", one((*Builder).Sign), list(ints(Shape{3}, -3, 0, 9)), list(ints(Shape{3}, -1, 0, 1))},
		{"square", one((*Builder).Square), list(row(-3, minusZero, -inf, nan)), list(row(9, 0, inf, nan))},
		{"square of integers", one((*Builder).Square), list(ints(Shape{2}, -3, 5)), list(ints(Shape{2}, 9, 25))},
		{"integer_pow 2", power(2), list(row(-3, 0.5, inf)), list(row(9, 0.25, inf))},
		{"integer_pow 3", power(3), list(row(-3, 0.5, -inf, minusZero)), list(row(-27, 0.125, -inf, minusZero))},
		{"sqrt", one((*Builder).Sqrt), list(row(9, 0, minusZero, inf, -1)), list(row(3, 0, minusZero, inf, nan))},
		{"stop_gradient", func(b *Builder, x []*Value) { b.StopGradient(x[0]) }, list(row(1.5, nan, minusZero)), list(row(1.5, nan, minusZero))},
	})
}

func TestBinaryDefinitions(t *testing.T) {
	checkDefinitions(t, []definitionCase{
		{"add", two((*Builder).Add), list(row(1, inf, 0, minusZero), row(2.5, -inf, minusZero, minusZero)), list(row(3.5, nan, 0, minusZero))},
		{"add of integers", two((*Builder).Add), list(ints(Shape{1}, 3), ints(Shape{1}, -5)), list(ints(Shape{1}, -2))},
		{"sub", two((*Builder).Sub), list(row(1, inf, minusZero), row(2.5, inf, 0)), list(row(-1.5, nan, minusZero))},
		{"sub of integers", two((*Builder).Sub), list(ints(Shape{1}, 3), ints(Shape{1}, 5)), list(ints(Shape{1}, -2))},
		{"mul", two((*Builder).Mul), list(row(3, 0, minusZero, -2), row(-0.5, inf, 4, inf)), list(row(-1.5, nan, minusZero, -inf))},
		{"mul of integers", two((*Builder).Mul), list(ints(Shape{1}, 3), ints(Shape{1}, -5)), list(ints(Shape{1}, -15))},
		{"div", two((*Builder).Div), list(row(3, 1, -1, 0, 1), row(2, 0, 0, 0, -inf)), list(row(1.5, inf, -inf, nan, minusZero))},
		{"div of integers", two((*Builder).Div), list(ints(Shape{2}, 7, -7), ints(Shape{2}, -2, 2)), list(ints(Shape{2}, -3, -3))},
		// -0 is smaller than +0, as in JAX.
		{"max", two((*Builder).Max), list(row(3, 2, nan, 1, 0, minusZero, minusZero), row(2, 3, 1, nan, minusZero, 0, minusZero)), list(row(3, 3, nan, nan, 0, 0, minusZero))},
		{"max of integers", two((*Builder).Max), list(ints(Shape{2}, 3, -9), ints(Shape{2}, -5, -8)), list(ints(Shape{2}, 3, -8))},
		{"min", two((*Builder).Min), list(row(3, 2, nan, 1, 0, minusZero, 0), row(2, 3, 1, nan, minusZero, 0, 0)), list(row(2, 2, nan, nan, minusZero, minusZero, 0))},
		{"min of integers", two((*Builder).Min), list(ints(Shape{2}, 3, -9), ints(Shape{2}, -5, -8)), list(ints(Shape{2}, -5, -9))},
		{"pow", two((*Builder).Pow), list(row(2, 9, 0, -8, nan), row(-3, 0.5, 0, 2, 0)), list(row(0.125, 3, 1, 64, 1))},
		{"and", two((*Builder).And), list(truths(Shape{4}, true, true, false, false), truths(Shape{4}, true, false, true, false)),
			list(truths(Shape{4}, true, false, false, false))},
	})
}

func TestComparisonDefinitions(t *testing.T) {
	x, y := row(1, 2, 2, nan, nan, 0), row(2, 1, 2, 1, nan, minusZero)
	i, j := ints(Shape{3}, 1, 2, 2), ints(Shape{3}, 2, 1, 2)
	for _, c := range []struct {
		name  string
		build func(b *Builder, x, y Arg) *Value
		want  []bool // for less, greater, equal, number with NaN, NaN with NaN, zeros of different sign
	}{
		{"lt", (*Builder).Lt, []bool{true, false, false, false, false, false}},
		{"gt", (*Builder).Gt, []bool{false, true, false, false, false, false}},
		{"ge", (*Builder).Ge, []bool{false, true, true, false, false, true}},
		{"eq", (*Builder).Eq, []bool{false, false, true, false, false, true}},
		{"ne", (*Builder).Ne, []bool{true, true, false, true, true, false}},
	} {
		checkDefinitions(t, []definitionCase{
			{c.name, two(c.build), list(x, y), list(truths(Shape{6}, c.want...))},
			{c.name + " of integers", two(c.build), list(i, j), list(truths(Shape{3}, c.want[:3]...))},
		})
	}
}

func TestSelectDefinition(t *testing.T) {
	which := truths(Shape{3}, true, false, true)
	checkDefinitions(t, []definitionCase{
		{"values", func(b *Builder, x []*Value) { b.SelectN(x[0], x[1], x[2]) }, list(which, row(1, nan, 3), row(-1, -2, minusZero)),
			list(row(-1, nan, minusZero))},
		{"a literal", func(b *Builder, x []*Value) { b.SelectN(x[0], Scalar(7), x[1]) }, list(which, row(1, 2, 3)), list(row(1, 7, 3))},
		{"scalar cases", func(b *Builder, x []*Value) { b.SelectN(x[0], x[1], x[2]) }, list(which, row(1, 2, 3), reals(nil, 9)), list(row(9, 2, 9))},
		{"a scalar predicate", func(b *Builder, x []*Value) { b.SelectN(x[0], x[1], x[2]) }, list(truths(nil, false), row(1, 2), row(3, 4)), list(row(1, 2))},
		{"integers", func(b *Builder, x []*Value) { b.SelectN(x[0], x[1], x[2]) }, list(which, ints(Shape{3}, 1, 2, 3), ints(Shape{3}, 4, 5, 6)),
			list(ints(Shape{3}, 4, 2, 6))},
		{"truth values", func(b *Builder, x []*Value) { b.SelectN(x[0], x[1], x[2]) }, list(which, truths(Shape{3}, true, true, true), which),
			list(truths(Shape{3}, true, true, true))},
	})
}

func TestLiteralsTakeTheDTypeBesideThem(t *testing.T) {
	b := NewBuilder()
	x := b.Argument("x", Float16, 2)
	for _, v := range []*Value{b.Add(x, Scalar(1)), b.Add(Scalar(1), x), b.SelectN(b.Lt(Scalar(0), x), Scalar(1), x)} {
		for _, o := range v.Node.In {
			if o.Value == nil && o.DType != Float16 {
				t.Errorf("%s: literal of type %v", v.Node.Primitive, o.DType)
			}
		}
	}
	if v := b.Add(Typed{Value: 2, DType: Int32}, Scalar(3)); v.DType != Int32 || v.Node.In[1].DType != Int32 || len(v.Shape) != 0 {
		t.Errorf("Typed and Scalar: %v %v", v.DType, v.Shape)
	}
}

func TestReciprocalDivision(t *testing.T) {
	// 5 / 3 and 5 * (1 / 3) differ in float32; an inverse that overflows or is subnormal does so before the product.
	divide := func(b *Builder, x []*Value) { b.Div(x[0], x[1]) }
	x, y := row(5, 1, 0x1p100), row(3, 0x1p-149, 0x1p127)
	a, b, c := float32(5), float32(3), float32(1)
	if a/b == a*(c/b) {
		t.Fatal("the example shows nothing")
	}
	plain := define(NodePlan{}, divide, x, y)[0]
	if msg := differs(plain, row(float64(a/b), inf, 0x1p-27)); msg != "" {
		t.Errorf("division: %s", msg)
	}
	kept := define(NodePlan{Reciprocal: true}, divide, x, y)[0]
	if msg := differs(kept, row(float64(a*(c/b)), inf, 0x1p-27)); msg != "" {
		t.Errorf("reciprocal: %s", msg)
	}
	flushed := define(NodePlan{Reciprocal: true, Flush: true}, divide, x, y)[0]
	if msg := differs(flushed, row(float64(a*(c/b)), inf, 0)); msg != "" {
		t.Errorf("reciprocal, subnormals flushed: %s", msg)
	}
	whole := define(NodePlan{Reciprocal: true}, divide, ints(Shape{1}, 7), ints(Shape{1}, 1))[0]
	if whole.I32[0] != 7 {
		t.Errorf("integers: %v", whole.I32)
	}
	if z := define(NodePlan{Reciprocal: true, Double: true}, divide, row(5), row(3))[0].F64[0]; z != 5*(1.0/float64(b)) || math.Abs(z-5.0/3) > 1e-15 {
		t.Errorf("float64: %v", z)
	}
}
