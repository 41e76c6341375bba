package ops

import (
	"math"
	"testing"

	"bf16lab/bf16"

	"pgregory.net/rapid"
)

// An exact product and the sum or difference that fuses it are one fused multiply-add.
func TestFusedSumIsFMA(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 300).Draw(t, "columns")
		// Values whose exact sum often lies close to the middle between two float32 values.
		value := rapid.Custom(func(t *rapid.T) float32 {
			return float32(1+float64(rapid.IntRange(0, 1<<12).Draw(t, "steps"))*0x1p-12) * float32(math.Ldexp(1, rapid.IntRange(-30, 2).Draw(t, "exponent")))
		})
		draw := func(name string, shape Shape) *Tensor {
			return &Tensor{Shape: shape, F32: rapid.SliceOfN(value, shape.Size(), shape.Size()).Draw(t, name)}
		}
		x, y, z := draw("x", Shape{rows, columns}), draw("y", Shape{rows, 1}), draw("z", Shape{1, columns})
		product := NewTensor(Shape{rows, columns}, StoreFloat64)
		Evaluate(MulPrimitive, &Context{Plan: &NodePlan{Exact: true, Output: bf16.Float32}}, []*Tensor{product}, []*Tensor{x, y})
		sum, difference := NewTensor(product.Shape, StoreFloat32), NewTensor(product.Shape, StoreFloat32)
		Evaluate(AddPrimitive, &Context{Plan: &NodePlan{Fused: 2, Output: bf16.Float32}}, []*Tensor{sum}, []*Tensor{z, product})
		Evaluate(SubPrimitive, &Context{Plan: &NodePlan{Fused: 1, Output: bf16.Float32}}, []*Tensor{difference}, []*Tensor{product, z})
		for i := range sum.F32 {
			a, b, c := x.F32[i], y.F32[i/columns], z.F32[i%columns]
			if got, want := sum.F32[i], bf16.FMA32(a, b, c); got != want {
				t.Fatalf("%x * %x + %x = %x, want %x", a, b, c, got, want)
			}
			if got, want := difference.F32[i], bf16.FMA32(a, b, -c); got != want {
				t.Fatalf("%x * %x - %x = %x, want %x", a, b, c, got, want)
			}
		}
	})
}

// A quotient by a scalar is a product with the rounded reciprocal, and is fused as one.
func TestFusedQuotient(t *testing.T) {
	x, three := &Tensor{Shape: Shape{2}, F32: []float32{1, 0x1.fffffep+10}}, &Tensor{F32: []float32{3}}
	quotient, sum := NewTensor(x.Shape, StoreFloat64), NewTensor(x.Shape, StoreFloat32)
	Evaluate(DivPrimitive, &Context{Plan: &NodePlan{Exact: true, Reciprocal: true}}, []*Tensor{quotient}, []*Tensor{x, three})
	tiny := &Tensor{F32: []float32{0x1p-24}}
	Evaluate(AddPrimitive, &Context{Plan: &NodePlan{Fused: 1}}, []*Tensor{sum}, []*Tensor{quotient, tiny})
	for i, v := range x.F32 {
		if want := bf16.FMA32(v, float32(1)/3, tiny.F32[0]); sum.F32[i] != want {
			t.Errorf("%x / 3 + 2^-24 = %x, want %x", v, sum.F32[i], want)
		}
	}
}
