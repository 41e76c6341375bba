package ops

import (
	"slices"
	"strings"
	"testing"
)

// TestShapeMistakes: every mistake in a model panics with the primitive and the call path.
func TestShapeMistakes(t *testing.T) {
	b := NewBuilder()
	x, y := b.Argument("x", Float32, 2, 3), b.Argument("y", Float32, 3, 2)
	half, whole, truth := b.Argument("h", BFloat16, 2, 3), b.Argument("i", Int32, 2, 1), b.Argument("t", Bool, 2, 3)
	cube, taps := b.Argument("cube", Float32, 1, 4, 3), b.Argument("taps", Float32, 3, 3, 5)
	matrices := DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}
	for _, c := range []struct {
		primitive Primitive
		f         func()
		says      string
	}{
		{AddPrimitive, func() { b.Add(x, y) }, "shapes [2,3] and [3,2] do not broadcast"},
		{MulPrimitive, func() { b.Mul(x, half) }, "operands are float32 and bfloat16"},
		{MaxPrimitive, func() { b.Max(truth, truth) }, "operands are bool"},
		{PowPrimitive, func() { b.Pow(whole, whole) }, "operands are int32"},
		{AndPrimitive, func() { b.And(x, x) }, "operands are float32"},
		{LtPrimitive, func() { b.Lt(truth, truth) }, "operands are bool"},
		{GePrimitive, func() { b.Ge(x, whole) }, "operands are float32 and int32"},
		{ExpPrimitive, func() { b.Exp(whole) }, "operand is int32"},
		{NegPrimitive, func() { b.Neg(truth) }, "operand is bool"},
		{IntegerPowPrimitive, func() { b.IntegerPow(x, 4) }, "exponent 4 is not supported"},
		{IntegerPowPrimitive, func() { b.IntegerPow(whole, 2) }, "operand is int32"},
		{SelectNPrimitive, func() { b.SelectN(x, x, x) }, "predicate is float32"},
		{SelectNPrimitive, func() { b.SelectN(truth, cube, cube) }, "predicate of shape [2,3] for cases of shape [1,4,3]"},
		{SelectNPrimitive, func() { b.SelectN(truth, b.Slice(x, []int{0, 0}, []int{1, 3}), x) }, "cases of shapes [1,3] and [2,3]"},
		{ReshapePrimitive, func() { b.Reshape(x, 4, 2) }, "[2,3] to [4,2]"},
		{SqueezePrimitive, func() { b.Squeeze(x, 1) }, "axis 1 of [2,3]"},
		{SqueezePrimitive, func() { b.Squeeze(x, 2) }, "axes [2] of [2,3]"},
		{TransposePrimitive, func() { b.Transpose(x, 0, 0) }, "permutation [0 0] of [2,3]"},
		{TransposePrimitive, func() { b.Transpose(x, 0) }, "permutation [0] of [2,3]"},
		{SlicePrimitive, func() { b.Slice(x, []int{0, 0}, []int{2, 4}) }, "[0 0]:[2 4]"},
		{SlicePrimitive, func() { b.StridedSlice(x, []int{0, 0}, []int{2, 3}, []int{1, 0}) }, "[1 0] of [2,3]"},
		{PadPrimitive, func() { b.Pad(x, 0, []int{0, -1}, []int{0, 0}) }, "[0 -1] and [0 0] around [2,3]"},
		{ConcatenatePrimitive, func() { b.Concatenate(0) }, "no operands"},
		{ConcatenatePrimitive, func() { b.Concatenate(0, x, y) }, "[2,3] with [3,2] along axis 0"},
		{ConcatenatePrimitive, func() { b.Concatenate(2, x, x) }, "axis 2 of [2,3]"},
		{ConcatenatePrimitive, func() { b.Concatenate(0, x, half) }, "float32 [2,3] with bfloat16 [2,3]"},
		{StackPrimitive, func() { b.Stack(0, x, y) }, "float32 [2,3] with float32 [3,2]"},
		{StackPrimitive, func() { b.Stack(3, x) }, "axis 3 of [2,3]"},
		{BroadcastInDimPrimitive, func() { b.BroadcastInDim(x, Shape{2, 3}, 0) }, "1 dimensions for shape [2,3]"},
		{BroadcastInDimPrimitive, func() { b.BroadcastInDim(x, Shape{3, 2}, 1, 0) }, "dimensions [1 0] into shape [3,2]"},
		{BroadcastInDimPrimitive, func() { b.BroadcastInDim(x, Shape{2, 4}, 0, 1) }, "axis 1 of [2,3] into axis 1 of [2,4]"},
		{GatherPrimitive, func() { b.Gather(x, x, 0, 0, []int{1}, FillOrDrop) }, "indices float32 [2,3]"},
		{GatherPrimitive, func() { b.Gather(x, whole, 2, 0, []int{1}, FillOrDrop) }, "axis 2 of [2,3] after 0 batch axes"},
		{GatherPrimitive, func() { b.Gather(y, whole, 1, 1, nil, FillOrDrop) }, "batch axes of [3,2] and [2,1]"},
		{GatherPrimitive, func() { b.Gather(x, whole, 0, 0, nil, FillOrDrop) }, "offset axes [] for [3]"},
		{GatherPrimitive, func() { b.Gather(x, whole, 0, 0, []int{2}, FillOrDrop) }, "offset axes [2] of rank 2"},
		{ReduceSumPrimitive, func() { b.ReduceSum(x) }, "axes [] of [2,3]"},
		{ReduceSumPrimitive, func() { b.ReduceSum(x, 2) }, "axes [2] of [2,3]"},
		{ReduceMaxPrimitive, func() { b.ReduceMax(x, 1, 0) }, "axes [1 0] of [2,3]"},
		{ReduceMaxPrimitive, func() { b.ReduceMax(whole, 0) }, "operand is int32"},
		{ReduceWindowSumPrimitive, func() { b.ReduceWindowSum(cube, 3) }, "windows of 3 along axis 1 of [1,4,3]"},
		{ReduceWindowMaxPrimitive, func() { b.ReduceWindowMax(x, 2) }, "windows of 2 along axis 1 of [2,3]"},
		{ReduceWindowMaxPrimitive, func() { b.ReduceWindowMax(truth, 2) }, "operand is bool"},
		{SortPrimitive, func() { b.Sort(x, 2) }, "axis 2 of [2,3]"},
		{SortPrimitive, func() { b.Sort(truth, 0) }, "operand is bool"},
		{ApproxTopKPrimitive, func() { b.ApproxTopK(x, 4, 1) }, "4 of 3"},
		{ApproxTopKPrimitive, func() { b.ApproxTopK(whole, 1, 0) }, "operand is int32"},
		{DotGeneralPrimitive, func() { b.DotGeneral(x, x, matrices, Float32) }, "contracting axes"},
		{DotGeneralPrimitive, func() { b.DotGeneral(x, y, DotParams{LeftContracting: []int{1}}, Float32) }, "axes {"},
		{DotGeneralPrimitive, func() { b.DotGeneral(x, y, DotParams{LeftBatch: []int{0}, RightBatch: []int{0}}, Float32) }, "batch axes"},
		{DotGeneralPrimitive, func() { b.DotGeneral(x, y, matrices, Int32) }, "float32 with float32 to int32"},
		{DotGeneralPrimitive, func() { b.DotGeneral(truth, y, matrices, Float32) }, "bool with float32 to float32"},
		{ConvGeneralDilatedPrimitive, func() { b.ConvGeneralDilated(x, taps) }, "[2,3] with [3,3,5]"},
		{ConvGeneralDilatedPrimitive, func() { b.ConvGeneralDilated(taps, cube) }, "[3,3,5] with [1,4,3]"},
	} {
		b.path = []string{"model", "tail"}
		text := mustPanic(t, c.f)
		if !strings.HasPrefix(text, "ops: "+string(c.primitive)+" at model/tail: ") || !strings.Contains(text, c.says) {
			t.Errorf("%s: got %q, want it to say %q", c.primitive, text, c.says)
		}
	}
}

func TestModulesArePathsAndTaps(t *testing.T) {
	b := NewBuilder()
	x := b.Argument("x", Float32, 2)
	var seen []string
	note := func() *Value {
		y := b.Neg(x)
		seen = append(seen, y.Node.Path+" | "+y.Node.Module+" | "+y.Node.Function)
		return y
	}
	b.ModuleScope("m", func() {
		b.Module("layer", note)
		b.Module("layer", func() *Value {
			b.NameScope("inner", func() {
				b.Function("gelu", func() *Value { return b.Function("tanh", note) })
			})
			b.Tap(":gelu", x)
			b.Tap(":gelu", x)
			return note()
		})
		b.Named("scope/deep", func() { note() })
		b.Module("layer", note)
	})
	b.ModuleScope("n", func() { b.Module("layer", note) })
	b.Output("y", x)
	want := []string{
		"m/layer | m/layer | ", "m/layer_1 | m/layer_1/inner | tanh", "m/layer_1 | m/layer_1 | ", "m/scope/deep | m | ",
		"m/layer_2 | m/layer_2 | ", "n/layer | n/layer | ",
	}
	if !slices.Equal(seen, want) {
		t.Errorf("equations:\n got %q\nwant %q", seen, want)
	}
	var taps []string
	for _, tap := range b.Graph().Taps {
		taps = append(taps, tap.Name)
	}
	want = []string{"m/layer", "m/layer_1:gelu", "m/layer_1:gelu#1", "m/layer_1", "m/layer_2", "n/layer", "out/y"}
	if !slices.Equal(taps, want) {
		t.Errorf("taps:\n got %q\nwant %q", taps, want)
	}
	if out := b.Graph().Outputs; len(out) != 1 || out[0] != (Output{Name: "y", Value: x}) {
		t.Errorf("outputs %v", out)
	}
}

func TestInputs(t *testing.T) {
	b := NewBuilder()
	b.ModuleScope("m", func() {
		w, s := b.Parameter("w", 2, 3), b.State("mean", 3)
		if b.Parameter("w", 2, 3) != w {
			t.Error("asking twice gives two parameters")
		}
		if w.Input.Name() != "m/w" || w.Input.Kind != Parameter || w.DType != Float32 || s.Input.Kind != State || s.Input.Name() != "m/mean" {
			t.Errorf("parameter %+v, state %+v", w.Input, s.Input)
		}
		if text := mustPanic(t, func() { b.Parameter("w", 3, 2) }); text != "ops: input m/w: asked for as [3,2], known as [2,3]" {
			t.Errorf("got %q", text)
		}
		if text := mustPanic(t, func() { b.State("w", 2, 3) }); !strings.Contains(text, "ops: input m/w") {
			t.Errorf("got %q", text)
		}
	})
	for _, c := range []struct {
		data any
		want DType
	}{{[]float32{1, 2}, Float32}, {[]int32{1, 2}, Int32}, {[]bool{true, false}, Bool}} {
		v := b.Constant(c.want.String(), c.data, 1, 2)
		if v.DType != c.want || v.Input.Kind != Constant || !v.Shape.Equal(Shape{1, 2}) {
			t.Errorf("constant of %T: %+v", c.data, v)
		}
	}
	if text := mustPanic(t, func() { b.Constant("c", []float32{1}, 2) }); text != "ops: constant c: 1 elements for shape [2]" {
		t.Errorf("got %q", text)
	}
	if text := mustPanic(t, func() { b.Constant("c", []float64{1}, 1) }); text != "ops: constant c: data of type []float64" {
		t.Errorf("got %q", text)
	}
	if n := len(b.Graph().Inputs); n != 5 {
		t.Errorf("%d inputs", n)
	}
}

func TestConsumers(t *testing.T) {
	b := NewBuilder()
	x := b.Argument("x", Float32, 2)
	y := b.Mul(x, x)
	z := b.Add(x, y)
	g := b.Graph()
	users := g.Consumers()
	if len(users) != g.NumValues() || !slices.Equal(users[x.ID], []*Node{y.Node, z.Node}) || !slices.Equal(users[y.ID], []*Node{z.Node}) || users[z.ID] != nil {
		t.Errorf("got %v", users)
	}
}
