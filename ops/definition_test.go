package ops

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"bf16lab/bf16"
)

// A definition test builds one equation over arguments, evaluates it with Evaluate and compares with values computed by
// hand. Real operands are given as float64 tensors; each case runs in float32 and in float64.

var (
	nan = math.NaN()
	inf = math.Inf(1)
	// minusZero is -0, which a Go constant cannot be.
	minusZero = math.Copysign(0, -1)
)

func reals(shape Shape, x ...float64) *Tensor { return &Tensor{Shape: shape, F64: x} }
func ints(shape Shape, x ...int32) *Tensor    { return &Tensor{Shape: shape, I32: x} }
func truths(shape Shape, x ...bool) *Tensor   { return &Tensor{Shape: shape, Bool: x} }

// row is a vector of real numbers.
func row(x ...float64) *Tensor { return reals(Shape{len(x)}, x...) }

// definitionCase is one equation with its operands and results.
type definitionCase struct {
	name  string
	build func(b *Builder, x []*Value)
	in    []*Tensor
	want  []*Tensor
}

// checkDefinitions runs cases in both precisions.
func checkDefinitions(t *testing.T, cases []definitionCase) {
	t.Helper()
	for _, c := range cases {
		for _, double := range []bool{false, true} {
			name := c.name + "/float32"
			if double {
				name = c.name + "/float64"
			}
			t.Run(name, func(t *testing.T) {
				got := define(NodePlan{Double: double, Functions: "exact"}, c.build, c.in...)
				if len(got) != len(c.want) {
					t.Fatalf("%d results, want %d", len(got), len(c.want))
				}
				for i := range got {
					if msg := differs(got[i], c.want[i]); msg != "" {
						t.Errorf("result %d: %s", i, msg)
					}
				}
			})
		}
	}
}

// define evaluates the last equation that build appends, under a plan. Real operands become float32 unless the plan is a
// double one.
func define(plan NodePlan, build func(b *Builder, x []*Value), in ...*Tensor) []*Tensor {
	b := NewBuilder()
	arguments := make([]*Value, len(in))
	for i, t := range in {
		dtype := Float32
		switch {
		case t.I32 != nil:
			dtype = Int32
		case t.Bool != nil:
			dtype = Bool
		}
		arguments[i] = b.Argument(fmt.Sprint("x", i), dtype, t.Shape...)
	}
	build(b, arguments)
	nodes := b.Graph().Nodes
	n := nodes[len(nodes)-1]
	operands := make([]*Tensor, len(n.In))
	for i, o := range n.In {
		if o.Value == nil {
			operands[i] = LiteralTensor(o, &plan)
			continue
		}
		for k, v := range arguments {
			if v == o.Value {
				operands[i] = precise(in[k], plan.Double)
			}
		}
	}
	out := make([]*Tensor, len(n.Out))
	for i, v := range n.Out {
		out[i] = NewTensor(v.Shape, storageOf(v.DType, plan.Double))
	}
	Evaluate(n.Primitive, NewContext(n.Params, &plan), out, operands)
	return out
}

// storageOf returns the widened storage of a dtype.
func storageOf(t DType, double bool) Storage {
	switch {
	case t == Bool:
		return StoreBool
	case t == Int32:
		return StoreInt32
	case double:
		return StoreFloat64
	}
	return StoreFloat32
}

// precise returns a copy of t, real numbers in the given precision.
func precise(t *Tensor, double bool) *Tensor {
	out := &Tensor{Shape: t.Shape, I32: t.I32, Bool: t.Bool}
	switch {
	case t.F64 == nil:
	case double:
		out.F64 = append([]float64{}, t.F64...)
	default:
		out.F32 = make([]float32, len(t.F64))
		for i, v := range t.F64 {
			out.F32[i] = float32(v)
		}
	}
	return out
}

// differs describes how got differs from want, whose real numbers are float64; zeros of different sign differ, NaN equals
// NaN.
func differs(got, want *Tensor) string {
	if !got.Shape.Equal(want.Shape) {
		return fmt.Sprintf("shape %v, want %v", got.Shape, want.Shape)
	}
	if (got.I32 == nil) != (want.I32 == nil) || (got.Bool == nil) != (want.Bool == nil) {
		return "another type than wanted"
	}
	for i := range got.Shape.Size() {
		g, w := number64(got, i), number64(want, i)
		if math.Float64bits(g) != math.Float64bits(w) && !(math.IsNaN(g) && math.IsNaN(w)) {
			return fmt.Sprintf("element %d is %v, want %v", i, g, w)
		}
	}
	return ""
}

// number64 returns an element as float64, truth values as 0 and 1.
func number64(t *Tensor, i int) float64 {
	switch {
	case t.F32 != nil:
		return float64(t.F32[i])
	case t.F64 != nil:
		return t.F64[i]
	case t.BF16 != nil:
		return float64(bf16.FromBFloat16(t.BF16[i]))
	case t.I32 != nil:
		return float64(t.I32[i])
	case t.Bool[i]:
		return 1
	}
	return 0
}

// mustPanic returns the text of the panic of f; none fails the test.
func mustPanic(t *testing.T, f func()) (text string) {
	t.Helper()
	defer func() { text = fmt.Sprint(recover()) }()
	f()
	t.Fatal("did not panic")
	return ""
}

// primitives of the official jaxprs (model/testdata), and min and sqrt, which other policies and models need.
const officialPrimitives = `abs add and approx_top_k broadcast_in_dim concatenate conv_general_dilated convert_element_type cos div
	dot_general eq exp gather ge gt integer_pow iota log log1p logistic lt max mul ne neg pad pow reduce_max reduce_sum
	reduce_window_max reduce_window_sum reshape rsqrt select_n sign sin slice sort square squeeze stack stop_gradient sub tanh
	transpose min sqrt`

func TestEveryPrimitiveHasADefinition(t *testing.T) {
	have := map[Primitive]bool{}
	for _, p := range Primitives() {
		have[p] = true
	}
	names := strings.Fields(officialPrimitives)
	if len(names) != 48 || len(have) != 48 {
		t.Errorf("%d names, %d definitions, want 48", len(names), len(have))
	}
	for _, name := range names {
		if !have[Primitive(name)] {
			t.Errorf("%s has no definition", name)
		}
	}
}

func TestEvaluateNeedsADefinition(t *testing.T) {
	text := mustPanic(t, func() { Evaluate("erf", NewContext(nil, &NodePlan{}), nil, nil) })
	if text != "ops: primitive erf has no definition" {
		t.Errorf("got %q", text)
	}
}
