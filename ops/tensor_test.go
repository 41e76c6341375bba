package ops

import (
	"testing"

	"bf16lab/bf16"
)

func TestTensorStorages(t *testing.T) {
	for _, s := range storages {
		x := filled(Shape{2, 3}, s, 1)
		if x.Storage() != s {
			t.Errorf("storage %d is reported as %d", s, x.Storage())
		}
		part := x.Range(2, 6, Shape{4})
		for i := range 4 {
			if number64(part, i) != number64(x, 2+i) {
				t.Errorf("storage %d: element %d of a range is %v, want %v", s, i, number64(part, i), number64(x, 2+i))
			}
		}
		if y := x.As(Shape{3, 2}); !y.Shape.Equal(Shape{3, 2}) || number64(y, 5) != number64(x, 5) || y.Storage() != s {
			t.Errorf("storage %d: another shape changed elements", s)
		}
	}
	for s, want := range map[Storage]int{StoreFloat32: 4, StoreFloat64: 8, StoreBFloat16: 2, StoreInt32: 4, StoreBool: 1} {
		if s.Bytes() != want {
			t.Errorf("storage %d takes %d bytes, want %d", s, s.Bytes(), want)
		}
	}
}

func TestRangeOfAnotherSize(t *testing.T) {
	text := mustPanic(t, func() { NewTensor(Shape{4}, StoreFloat32).As(Shape{3}) })
	if text != "ops: range of 4 elements as shape [3]" {
		t.Errorf("got %q", text)
	}
}

func TestPlanStorage(t *testing.T) {
	for _, c := range []struct {
		plan  NodePlan
		dtype DType
		want  Storage
	}{
		{NodePlan{Output: bf16.BFloat16}, Compute, StoreBFloat16},
		{NodePlan{Output: bf16.BFloat16}, Bool, StoreBool},
		{NodePlan{Output: bf16.BFloat16, Double: true}, Compute, StoreFloat64},
		{NodePlan{Output: bf16.Float16}, Compute, StoreFloat32},
		{NodePlan{Output: bf16.BFloat16.Saturating()}, Compute, StoreFloat32},
		{NodePlan{Output: bf16.Float32}, Int32, StoreInt32},
	} {
		if got := c.plan.Storage(c.dtype); got != c.want {
			t.Errorf("%v of %v: storage %d, want %d", c.dtype, c.plan.Output, got, c.want)
		}
	}
}

func TestDTypes(t *testing.T) {
	for dtype, want := range map[DType]string{Bool: "bool", Int32: "int32", Compute: "compute", BFloat16: "bfloat16", Float64: "float64", 99: "DType(99)"} {
		if dtype.String() != want {
			t.Errorf("got %q, want %q", dtype, want)
		}
	}
	if Compute.Resolve(Float16) != Float16 || Int32.Resolve(Float16) != Int32 || Bool.IsFloat() || Int32.IsFloat() || !Compute.IsFloat() {
		t.Error("Resolve or IsFloat")
	}
}

// TestMovingPrimitives: Moves promises that results are among the operands, OnlyMoves that elements are copied unseen.
func TestMovingPrimitives(t *testing.T) {
	for _, p := range Primitives() {
		if p.OnlyMoves() && !p.Moves() || p.Moves() && p.Flushes() {
			t.Errorf("%s: moves %v, only moves %v, flushes %v", p, p.Moves(), p.OnlyMoves(), p.Flushes())
		}
	}
	for p, want := range map[Primitive]bool{TransposePrimitive: true, SelectNPrimitive: true, MaxPrimitive: true, NegPrimitive: true, AddPrimitive: false,
		ReduceSumPrimitive: false, ConvertElementTypePrimitive: false, IotaPrimitive: false, DotGeneralPrimitive: false} {
		if p.Moves() != want {
			t.Errorf("%s: moves %v", p, p.Moves())
		}
	}
}
