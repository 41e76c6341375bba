package ops

import (
	"math"
	"testing"

	"bf16lab/ops/elementary"
)

// TestElementaryFunctions checks that each primitive is the function of its name, of the set that the plan names, and in
// float64 that of elementary.Float64.
func TestElementaryFunctions(t *testing.T) {
	x := row(0.3, 0.7, 1.2, 2.9)
	for _, c := range []struct {
		name  string
		build func(*Builder, Arg) *Value
		of    func(*elementary.Set) elementary.Function
		of64  elementary.Function64
		near  func(float64) float64
	}{
		{"exp", (*Builder).Exp, func(s *elementary.Set) elementary.Function { return s.Exp }, elementary.Float64.Exp, math.Exp},
		{"log", (*Builder).Log, func(s *elementary.Set) elementary.Function { return s.Log }, elementary.Float64.Log, math.Log},
		{"log1p", (*Builder).Log1p, func(s *elementary.Set) elementary.Function { return s.Log1p }, elementary.Float64.Log1p, math.Log1p},
		{"tanh", (*Builder).Tanh, func(s *elementary.Set) elementary.Function { return s.Tanh }, elementary.Float64.Tanh, math.Tanh},
		{"logistic", (*Builder).Logistic, func(s *elementary.Set) elementary.Function { return s.Logistic }, elementary.Float64.Logistic,
			func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{"sqrt", (*Builder).Sqrt, func(s *elementary.Set) elementary.Function { return s.Sqrt }, elementary.Float64.Sqrt, math.Sqrt},
		{"rsqrt", (*Builder).Rsqrt, func(s *elementary.Set) elementary.Function { return s.Rsqrt }, elementary.Float64.Rsqrt,
			func(x float64) float64 { return 1 / math.Sqrt(x) }},
		{"sin", (*Builder).Sin, func(s *elementary.Set) elementary.Function { return s.Sin }, elementary.Float64.Sin, math.Sin},
		{"cos", (*Builder).Cos, func(s *elementary.Set) elementary.Function { return s.Cos }, elementary.Float64.Cos, math.Cos},
	} {
		for name, set := range map[string]*elementary.Set{"xla-cpu": &elementary.XLACPU, "exact": &elementary.Exact} {
			got := define(NodePlan{Functions: name}, one(c.build), x)[0]
			for i, v := range x.F64 {
				if want := c.of(set).Value(float32(v)); got.F32[i] != want {
					t.Errorf("%s, %s: f(%v) is %v, want %v", c.name, name, v, got.F32[i], want)
				}
				if want := c.near(float64(float32(v))); math.Abs(float64(got.F32[i])-want) > 1e-6*math.Abs(want) {
					t.Errorf("%s, %s: f(%v) is %v, far from %v", c.name, name, v, got.F32[i], want)
				}
			}
		}
		got := define(NodePlan{Functions: "float64", Double: true}, one(c.build), x)[0]
		for i, v := range x.F64 {
			if want := c.of64.Value(v); got.F64[i] != want || math.Abs(want-c.near(v)) > 1e-13*math.Abs(want) {
				t.Errorf("%s: f(%v) is %v in float64, want %v", c.name, v, got.F64[i], want)
			}
		}
	}
}

func TestPowTakesTheFunctionOfTheSet(t *testing.T) {
	x, y := row(1.7, 0.3), row(1.3, -2.2)
	for name, f := range map[string]func(x, y float32) float32{"xla-cpu": elementary.XLACPU.Pow, "exact": elementary.Exact.Pow} {
		got := define(NodePlan{Functions: name}, two((*Builder).Pow), x, y)[0]
		for i := range got.F32 {
			if want := f(float32(x.F64[i]), float32(y.F64[i])); got.F32[i] != want {
				t.Errorf("%s: %v, want %v", name, got.F32[i], want)
			}
		}
	}
	got := define(NodePlan{Functions: "float64", Double: true}, two((*Builder).Pow), x, y)[0]
	for i := range got.F64 {
		if want := elementary.Float64.Pow(x.F64[i], y.F64[i]); got.F64[i] != want {
			t.Errorf("float64: %v, want %v", got.F64[i], want)
		}
	}
}

func TestLogisticOfHalfPrecision(t *testing.T) {
	x := row(-0.3, 0.7, 3.25)
	differ := false
	for i, v := range x.F64 {
		got := define(NodePlan{Functions: "xla-cpu", Half: true}, one((*Builder).Logistic), x)[0].F32[i]
		want, plain := elementary.XLACPU.LogisticBFloat16.Value(float32(v)), elementary.XLACPU.Logistic.Value(float32(v))
		if got != want {
			t.Errorf("logistic(%v) of bfloat16 is %v, want %v", v, got, want)
		}
		differ = differ || got != plain
	}
	if !differ {
		t.Error("the examples show nothing")
	}
}

func TestUnknownFunctionSet(t *testing.T) {
	text := mustPanic(t, func() { NewContext(nil, &NodePlan{Functions: "libm"}) })
	if text != "ops: unknown set of elementary functions libm" {
		t.Errorf("got %q", text)
	}
}
