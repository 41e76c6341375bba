package ops

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawn is a drawn equation that moves data: from says which operand and which of its elements, by coordinates, element at
// of the result comes from.
type drawn struct {
	primitive Primitive
	in        []Shape
	build     func(b *Builder, x []*Value) *Value
	from      func(at []int) (operand int, coordinates []int)
}

func drawTranspose(t *rapid.T, s Shape) drawn {
	permutation := rapid.Permutation(count(len(s), 0)).Draw(t, "permutation")
	return drawn{TransposePrimitive, []Shape{s}, func(b *Builder, x []*Value) *Value { return b.Transpose(x[0], permutation...) },
		func(at []int) (int, []int) {
			from := make([]int, len(s))
			for i, a := range permutation {
				from[a] = at[i]
			}
			return 0, from
		}}
}

func drawSlice(t *rapid.T, s Shape) drawn {
	start, limit, strides := make([]int, len(s)), make([]int, len(s)), make([]int, len(s))
	for i, d := range s {
		start[i] = rapid.IntRange(0, d).Draw(t, "start")
		limit[i] = rapid.IntRange(start[i], d).Draw(t, "limit")
		strides[i] = rapid.IntRange(1, 3).Draw(t, "stride")
	}
	if rapid.Bool().Draw(t, "dense") {
		return drawn{SlicePrimitive, []Shape{s}, func(b *Builder, x []*Value) *Value { return b.Slice(x[0], start, limit) },
			func(at []int) (int, []int) { return 0, plus(at, start) }}
	}
	return drawn{SlicePrimitive, []Shape{s}, func(b *Builder, x []*Value) *Value { return b.StridedSlice(x[0], start, limit, strides) },
		func(at []int) (int, []int) {
			from := slices.Clone(start)
			for i := range from {
				from[i] += at[i] * strides[i]
			}
			return 0, from
		}}
}

func plus(x, y []int) []int {
	z := slices.Clone(x)
	for i := range z {
		z[i] += y[i]
	}
	return z
}

// drawPad draws a pad; its literal counts as operand 1.
func drawPad(t *rapid.T, s Shape) drawn {
	low, high := make([]int, len(s)), make([]int, len(s))
	for i := range s {
		low[i], high[i] = rapid.IntRange(0, 2).Draw(t, "low"), rapid.IntRange(0, 2).Draw(t, "high")
	}
	return drawn{PadPrimitive, []Shape{s}, func(b *Builder, x []*Value) *Value { return b.Pad(x[0], 0, low, high) },
		func(at []int) (int, []int) {
			from := slices.Clone(at)
			for i := range from {
				if from[i] -= low[i]; from[i] < 0 || from[i] >= s[i] {
					return 1, nil
				}
			}
			return 0, from
		}}
}

func drawConcatenate(t *rapid.T, s Shape) drawn {
	axis := rapid.IntRange(0, len(s)-1).Draw(t, "axis")
	lengths := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 4).Draw(t, "lengths")
	var in []Shape
	for _, n := range lengths {
		one := slices.Clone(s)
		one[axis] = n
		in = append(in, one)
	}
	return drawn{ConcatenatePrimitive, in, func(b *Builder, x []*Value) *Value { return b.Concatenate(axis, x...) },
		func(at []int) (int, []int) {
			from, i := slices.Clone(at), 0
			for from[axis] >= lengths[i] {
				from[axis] -= lengths[i]
				i++
			}
			return i, from
		}}
}

func drawStack(t *rapid.T, s Shape) drawn {
	axis := rapid.IntRange(0, len(s)).Draw(t, "axis")
	in := make([]Shape, rapid.IntRange(1, 4).Draw(t, "operands"))
	for i := range in {
		in[i] = s
	}
	return drawn{StackPrimitive, in, func(b *Builder, x []*Value) *Value { return b.Stack(axis, x...) },
		func(at []int) (int, []int) { return at[axis], slices.Delete(slices.Clone(at), axis, axis+1) }}
}

// drawBroadcastInDim gives some axes of the operand size 1 and inserts new axes.
func drawBroadcastInDim(t *rapid.T, s Shape) drawn {
	to, dimensions := Shape{}, []int{}
	from := slices.Clone(s)
	for i := range s {
		for rapid.IntRange(0, 3).Draw(t, "new axis") == 0 && len(to) < 5 {
			to = append(to, rapid.IntRange(0, 3).Draw(t, "size"))
		}
		dimensions = append(dimensions, len(to))
		to = append(to, s[i])
		if rapid.Bool().Draw(t, "repeated") {
			from[i] = 1
		}
	}
	return drawn{BroadcastInDimPrimitive, []Shape{from}, func(b *Builder, x []*Value) *Value { return b.BroadcastInDim(x[0], to, dimensions...) },
		func(at []int) (int, []int) {
			out := make([]int, len(from))
			for i, d := range dimensions {
				if from[i] != 1 {
					out[i] = at[d]
				}
			}
			return 0, out
		}}
}

// drawReshape merges all axes; the elements stay in row-major order.
func drawReshape(_ *rapid.T, s Shape) drawn {
	return drawn{ReshapePrimitive, []Shape{s}, func(b *Builder, x []*Value) *Value { return b.Reshape(x[0], 1, s.Size()) },
		func(at []int) (int, []int) { return 0, coordinates(at[1], s) }}
}

func drawSqueeze(t *rapid.T, s Shape) drawn {
	axis := rapid.IntRange(0, len(s)).Draw(t, "axis")
	wide := slices.Insert(slices.Clone(s), axis, 1)
	return drawn{SqueezePrimitive, []Shape{wide}, func(b *Builder, x []*Value) *Value { return b.Squeeze(x[0], axis) },
		func(at []int) (int, []int) { return 0, slices.Insert(slices.Clone(at), axis, 0) }}
}

// drawMove draws an equation that moves data over shapes of up to four axes, sometimes one that is longer than a block of
// a transpose.
func drawMove(t *rapid.T, kinds ...func(*rapid.T, Shape) drawn) (drawn, *Node) {
	s := drawShape(t, 4, 0, 4)
	if len(s) == 0 {
		s = Shape{2}
	}
	if rapid.IntRange(0, 3).Draw(t, "long") == 0 {
		s[0], s[len(s)-1] = rapid.IntRange(1, 40).Draw(t, "first"), rapid.IntRange(1, 40).Draw(t, "last")
	}
	d := rapid.SampledFrom(kinds).Draw(t, "kind")(t, s)
	b := NewBuilder()
	var x []*Value
	for i, in := range d.in {
		x = append(x, b.Argument(fmt.Sprint("x", i), Float32, in...))
	}
	y := d.build(b, x)
	if y.Node == nil { // a reshape to the same shape is the operand itself
		return d, nil
	}
	return d, y.Node
}

// filled returns a tensor of a storage whose elements are all different from other, as far as the storage allows, and from 0.
func filled(shape Shape, s Storage, from int) *Tensor {
	t := NewTensor(shape, s)
	for i := range shape.Size() {
		switch s {
		case StoreFloat32:
			t.F32[i] = float32(from + i)
		case StoreFloat64:
			t.F64[i] = float64(from + i)
		case StoreBFloat16:
			t.BF16[i] = 0x3f80 + uint16(from%8+i)
		case StoreInt32:
			t.I32[i] = int32(from + i)
		case StoreBool:
			t.Bool[i] = (from+i)%3 == 1
		}
	}
	return t
}

var storages = []Storage{StoreFloat32, StoreFloat64, StoreBFloat16, StoreInt32, StoreBool}

var moves = []func(*rapid.T, Shape) drawn{
	drawTranspose, drawSlice, drawPad, drawConcatenate, drawStack, drawBroadcastInDim, drawReshape, drawSqueeze,
}

// TestMovesAreIndexLoops compares every primitive that moves data, in every storage, with its definition by coordinates.
func TestMovesAreIndexLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := drawMove(t, moves...)
		if n == nil {
			return
		}
		s := rapid.SampledFrom(storages).Draw(t, "storage")
		var in []*Tensor
		for i, shape := range d.in {
			in = append(in, filled(shape, s, 1+1000*i))
		}
		if len(in) < len(n.In) {
			in = append(in, NewTensor(nil, s)) // the literal of pad
		}
		got := filled(n.Out[0].Shape, s, 5)
		Evaluate(n.Primitive, NewContext(n.Params, &NodePlan{}), []*Tensor{got}, in)
		for i := range got.Shape.Size() {
			at := coordinates(i, got.Shape)
			k, from := d.from(at)
			if want := number64(in[k], flat(from, in[k].Shape)); number64(got, i) != want {
				t.Fatalf("%s %+v: element %v is %v, want %v", n.Primitive, n.Params, at, number64(got, i), want)
			}
		}
	})
}

// TestMoveDefinitions has one example for the eye of each.
func TestMoveDefinitions(t *testing.T) {
	x := reals(Shape{2, 3}, 1, 2, 3, 4, 5, 6)
	checkDefinitions(t, []definitionCase{
		{"transpose", func(b *Builder, x []*Value) { b.Transpose(x[0], 1, 0) }, list(x), list(reals(Shape{3, 2}, 1, 4, 2, 5, 3, 6))},
		{"slice", func(b *Builder, x []*Value) { b.Slice(x[0], []int{0, 1}, []int{2, 3}) }, list(x), list(reals(Shape{2, 2}, 2, 3, 5, 6))},
		{"strided slice", func(b *Builder, x []*Value) { b.StridedSlice(x[0], []int{1, 0}, []int{2, 3}, []int{1, 2}) }, list(x), list(reals(Shape{1, 2}, 4, 6))},
		{"pad", func(b *Builder, x []*Value) { b.Pad(x[0], Scalar(-inf), []int{0, 1}, []int{1, 0}) }, list(x),
			list(reals(Shape{3, 4}, -inf, 1, 2, 3, -inf, 4, 5, 6, -inf, -inf, -inf, -inf))},
		{"concatenate", func(b *Builder, x []*Value) { b.Concatenate(1, x[0], x[1]) }, list(x, reals(Shape{2, 1}, 7, 8)), list(reals(Shape{2, 4}, 1, 2, 3, 7, 4, 5, 6, 8))},
		{"stack", func(b *Builder, x []*Value) { b.Stack(1, x[0], x[1]) }, list(row(1, 2), row(3, 4)), list(reals(Shape{2, 2}, 1, 3, 2, 4))},
		{"stack in front", func(b *Builder, x []*Value) { b.Stack(0, x[0], x[1]) }, list(row(1, 2), row(3, 4)), list(reals(Shape{2, 2}, 1, 2, 3, 4))},
		{"broadcast_in_dim", func(b *Builder, x []*Value) { b.BroadcastInDim(x[0], Shape{2, 2, 2}, 1, 2) }, list(reals(Shape{2, 1}, 1, 2)),
			list(reals(Shape{2, 2, 2}, 1, 1, 2, 2, 1, 1, 2, 2))},
		{"broadcast_in_dim of a literal", func(b *Builder, _ []*Value) { b.BroadcastInDim(Scalar(7), Shape{3}) }, nil, list(row(7, 7, 7))},
		{"reshape", func(b *Builder, x []*Value) { b.Reshape(x[0], 3, 2) }, list(x), list(reals(Shape{3, 2}, 1, 2, 3, 4, 5, 6))},
		{"squeeze", func(b *Builder, x []*Value) { b.Squeeze(x[0], 0, 2) }, list(reals(Shape{1, 2, 1}, 1, 2)), list(row(1, 2))},
	})
}

// TestTransposePartOfOneElement: a single element belongs to one part.
func TestTransposePartOfOneElement(t *testing.T) {
	writes := 0
	for part := range 4 {
		out := NewTensor(Shape{1, 1}, StoreInt32)
		TransposePart(TransposeParams{Permutation: []int{1, 0}}, out, ints(Shape{1, 1}, 7), part, 4)
		writes += int(out.I32[0])
	}
	if writes != 7 {
		t.Errorf("written %d times", writes/7)
	}
}

// TestTransposePartCoversEverything: together the parts write each element once, whatever their number.
func TestTransposePartCoversEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, n := drawMove(t, drawTranspose)
		parts := rapid.IntRange(1, 9).Draw(t, "parts")
		in := filled(n.In[0].Shape(), StoreInt32, 1)
		want := NewTensor(n.Out[0].Shape, StoreInt32)
		Evaluate(n.Primitive, NewContext(n.Params, &NodePlan{}), []*Tensor{want}, []*Tensor{in})
		got := NewTensor(n.Out[0].Shape, StoreInt32)
		for part := range parts {
			one := NewTensor(n.Out[0].Shape, StoreInt32)
			TransposePart(n.Params.(TransposeParams), one, in, part, parts)
			for i, v := range one.I32 {
				if v != 0 && got.I32[i] != 0 {
					t.Fatalf("%v of %v in %d parts: element %d was written twice", n.Params, in.Shape, parts, i)
				}
				got.I32[i] += v
			}
		}
		if !slices.Equal(got.I32, want.I32) {
			t.Fatalf("%v of %v in %d parts: got %v, want %v", n.Params, in.Shape, parts, got.I32, want.I32)
		}
	})
}

// TestMoveRowsIsTheWhole computes some rows of a transpose, slice or broadcast and compares with the whole.
func TestMoveRowsIsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, n := drawMove(t, drawTranspose, drawSlice, drawBroadcastInDim)
		s := rapid.SampledFrom(storages).Draw(t, "storage")
		full := n.Out[0].Shape
		in, whole := filled(n.In[0].Shape(), s, 1), NewTensor(full, s)
		Evaluate(n.Primitive, NewContext(n.Params, &NodePlan{}), []*Tensor{whole}, []*Tensor{in})
		axes := rapid.IntRange(0, len(full)).Draw(t, "axes")
		rows, inner := full[:axes].Size(), full[axes:]
		lo := rapid.IntRange(0, rows).Draw(t, "lo")
		hi := rapid.IntRange(lo, rows).Draw(t, "hi")
		out := NewTensor(append(Shape{hi - lo}, inner...), s)
		MoveRows(n.Primitive, n.Params, out, in, full, axes, lo, hi)
		for i := range out.Shape.Size() {
			if got, want := number64(out, i), number64(whole, lo*inner.Size()+i); got != want {
				t.Fatalf("%s %+v of %v, rows %d to %d of %d axes: element %d is %v, want %v", n.Primitive, n.Params, in.Shape, lo, hi, axes, i, got, want)
			}
		}
	})
}

func TestMoveRowsOfOtherPrimitives(t *testing.T) {
	text := mustPanic(t, func() {
		MoveRows(PadPrimitive, PadParams{}, NewTensor(Shape{1}, StoreFloat32), NewTensor(Shape{1}, StoreFloat32), Shape{1}, 1, 0, 1)
	})
	if text != "ops: pad cannot be carried out by rows" {
		t.Errorf("got %q", text)
	}
}

// TestCopyStridedReadsViews: a view may repeat elements or skip them.
func TestCopyStridedReadsViews(t *testing.T) {
	x := filled(Shape{12}, StoreInt32, 0)
	for _, c := range []struct {
		shape   Shape
		strides []int
		want    []int32
	}{
		{Shape{2, 3}, []int{6, 2}, []int32{0, 2, 4, 6, 8, 10}},
		{Shape{2, 3}, []int{0, 1}, []int32{0, 1, 2, 0, 1, 2}},
		{Shape{3, 2}, []int{1, 3}, []int32{0, 3, 1, 4, 2, 5}},
		{Shape{2, 2}, []int{3, 0}, []int32{0, 0, 3, 3}},
		{Shape{}, nil, []int32{0}},
		{Shape{0, 2}, []int{1, 1}, nil},
	} {
		got := NewTensor(c.shape, StoreInt32)
		CopyStrided(got, x, c.strides)
		if !slices.Equal(got.I32, c.want) {
			t.Errorf("%v with strides %v: %v, want %v", c.shape, c.strides, got.I32, c.want)
		}
	}
}

// TestMovesKeepNaNPayloads: float32 moves as bits.
func TestMovesKeepNaNPayloads(t *testing.T) {
	const payload = 0x7f812345 // a signalling NaN
	in := NewTensor(Shape{2, 1}, StoreFloat32)
	bits(in.F32)[1] = payload
	out := NewTensor(Shape{1, 2}, StoreFloat32)
	Evaluate(TransposePrimitive, NewContext(TransposeParams{Permutation: []int{1, 0}}, &NodePlan{}), []*Tensor{out}, []*Tensor{in})
	if got := bits(out.F32)[1]; got != payload {
		t.Errorf("got %#x", got)
	}
}

func TestReshapeToTheSameShapeIsNothing(t *testing.T) {
	b := NewBuilder()
	x := b.Argument("x", Float32, 2, 3)
	if b.Reshape(x, 2, 3) != x {
		t.Error("an equation was appended")
	}
}

func TestIotaDefinition(t *testing.T) {
	iota := func(dtype DType) func(*Builder, []*Value) {
		return func(b *Builder, _ []*Value) { b.Iota(dtype, 4) }
	}
	checkDefinitions(t, []definitionCase{
		{"integers", iota(Int32), nil, list(ints(Shape{4}, 0, 1, 2, 3))},
		{"reals", iota(Float32), nil, list(row(0, 1, 2, 3))},
	})
}
