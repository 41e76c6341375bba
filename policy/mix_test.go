package policy

import (
	"math"
	"strings"
	"testing"

	"bf16lab/bf16"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
	"bf16lab/ops/opstest"
)

func presetNamed(t testing.TB, name string) *Policy {
	t.Helper()
	p, err := Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mixture(t testing.TB, g *ops.Graph, p, reference *Policy) *Mixture {
	t.Helper()
	m, err := NewMixture(g, p, reference)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func everything(*ops.Node) bool { return true }
func nothing(*ops.Node) bool    { return false }

// sameBits compares the taps of two plans by bits.
func sameBits(t *testing.T, what string, g *ops.Graph, load func(*ops.Value) *ops.Tensor, a, b *ops.Plan) {
	t.Helper()
	x, y := opstest.Interpret(g, a, load), opstest.Interpret(g, b, load)
	for _, tap := range g.Taps {
		for k := range tap.Value.Shape.Size() {
			p, q := opstest.Bits(x[tap.Value.ID], k), opstest.Bits(y[tap.Value.ID], k)
			if p != q && !opstest.BothNaN(p, q) {
				t.Fatalf("%s: %s[%d] is %v and %v", what, tap.Name, k, math.Float64frombits(p), math.Float64frombits(q))
			}
		}
	}
}

// noise returns inputs of mixed sign; what has to be positive is.
func noise(v *ops.Value) *ops.Tensor {
	t := ops.NewTensor(v.Shape, ops.StoreFloat32)
	switch data := v.Input.Data.(type) {
	case []float32:
		t.F32 = data
		return t
	case []bool:
		return &ops.Tensor{Shape: v.Shape, Bool: data}
	case []int32:
		return &ops.Tensor{Shape: v.Shape, I32: data}
	}
	if v.DType == ops.Int32 {
		return ops.NewTensor(v.Shape, ops.StoreInt32)
	}
	seed := uint32(len(v.Input.Name())*2654435761 + v.ID*40503)
	for i := range t.F32 {
		seed = seed*1664525 + 1013904223
		t.F32[i] = float32(int32(seed)>>8) * 0x1p-23
		if v.Input.Leaf == "scale" || v.Input.Leaf == "var_ema" {
			t.F32[i] = 1 + t.F32[i]/2
		}
	}
	return t
}

// TestMixtureEnds: nothing restored has the bits of the policy, everything restored those of the reference.
func TestMixtureEnds(t *testing.T) {
	g := model.Trace(model.Miniature())
	for _, c := range []struct{ policy, reference string }{
		{"jax-cpu-eager", "f32"}, {"strict-bf16", "f32"}, {"weights-bf16", "f32"}, {"storage-bf16", "f32"}, {"jax-cpu-eager", "storage-bf16"},
	} {
		p, reference := presetNamed(t, c.policy), presetNamed(t, c.reference)
		m := mixture(t, g, p, reference)
		for _, end := range []struct {
			policy   *Policy
			restored func(*ops.Node) bool
		}{{p, nothing}, {reference, everything}} {
			plan, err := end.policy.Plan(g)
			if err != nil {
				t.Fatal(err)
			}
			sameBits(t, c.policy+" and "+c.reference, g, noise, m.Plan("end", end.restored), plan)
		}
	}
}

// patched writes a model with a standardised convolution between two others, either as the model has it or with the
// standardisation patched to float32 by hand.
func patched(byHand bool) *ops.Graph {
	b := ops.NewBuilder()
	x := b.ConvertElementType(b.Argument("x", ops.Float32, 1, 24, 6), ops.Compute)
	b.ModuleScope("net", func() {
		x = model.StandardizedConv1D(b, x, 8, 5)
		if byHand {
			x = b.Module("middle", func() *ops.Value { return standardizedByHand(b, x, 6, 5) })
		} else {
			b.ModuleScope("middle", func() { x = model.StandardizedConv1D(b, x, 6, 5) })
		}
		x = model.StandardizedConv1D(b, x, 4, 3)
		b.Output("y", x)
	})
	return b.Graph()
}

// standardizedByHand is StandardizedConv1D with float32 from the stored weights to the cast of the standardised ones.
func standardizedByHand(b *ops.Builder, x *ops.Value, channels, width int) *ops.Value {
	return b.Module("standardized_conv1_d", func() *ops.Value {
		n := float64(width * x.Shape[2])
		mean := func(v *ops.Value) *ops.Value {
			return b.Reshape(b.Div(b.ReduceSum(v, 0, 1), ops.Scalar(n)), 1, 1, channels)
		}
		w := b.Parameter("w", width, x.Shape[2], channels)
		w = b.Sub(w, mean(w))
		variance := mean(b.Square(b.Sub(w, mean(w))))
		root := b.Rsqrt(b.Max(b.Mul(ops.Scalar(n), variance), ops.Scalar(1e-4)))
		w = b.Mul(w, b.Mul(b.Parameter("scale", 1, 1, channels), root))
		y := b.ConvGeneralDilated(x, b.ConvertElementType(w, ops.Compute))
		bias := b.ConvertElementType(b.Parameter("bias", channels), ops.Compute)
		return b.Add(y, b.BroadcastInDim(bias, y.Shape, 2))
	})
}

// TestRescueIsThePatchByHand: a restored function has the bits of a model whose source computes it in float32.
func TestRescueIsThePatchByHand(t *testing.T) {
	g, byHand := patched(false), patched(true)
	p := presetNamed(t, "jax-cpu-eager")
	m := mixture(t, g, p, presetNamed(t, "f32"))
	standardisation := groupNamed(t, m.ByFunction(), "weight_standardisation")
	rescue := m.Plan("rescue", func(n *ops.Node) bool {
		return standardisation[n] && strings.HasPrefix(n.Module, "net/middle")
	})
	plan, err := p.Plan(byHand)
	if err != nil {
		t.Fatal(err)
	}
	load := named
	x, y := opstest.Interpret(g, rescue, load), opstest.Interpret(byHand, plan, load)
	base := opstest.Interpret(g, m.Plan("base", nothing), load)
	changed := false
	for k := range g.Outputs[0].Value.Shape.Size() {
		got, want := opstest.Bits(x[g.Outputs[0].Value.ID], k), opstest.Bits(y[byHand.Outputs[0].Value.ID], k)
		if got != want {
			t.Fatalf("element %d: %v, by hand %v", k, math.Float64frombits(got), math.Float64frombits(want))
		}
		changed = changed || got != opstest.Bits(base[g.Outputs[0].Value.ID], k)
	}
	if !changed {
		t.Error("the rescue changes nothing")
	}
}

// named gives an input values that depend on its name alone, so that two graphs get the same.
func named(v *ops.Value) *ops.Tensor {
	same := *v
	same.ID = len(v.Input.Leaf)
	return noise(&same)
}

// groupNamed returns the sites of a group.
func groupNamed(t testing.TB, groups []Group, name string) map[*ops.Node]bool {
	t.Helper()
	in := map[*ops.Node]bool{}
	for _, g := range groups {
		if g.Name == name {
			for _, n := range g.Sites {
				in[n] = true
			}
			return in
		}
	}
	t.Fatalf("there is no group %s", name)
	return nil
}

// TestInjureByHand: the reference with one function in bfloat16, computed by hand. The function's own roundings are there, that
// of its result and of what it reads are not.
func TestInjureByHand(t *testing.T) {
	b := ops.NewBuilder()
	x := b.ConvertElementType(b.Argument("x", ops.Float32, 64), ops.Compute)
	b.ModuleScope("net", func() {
		y := b.Function("gelu", func() *ops.Value { return b.Mul(b.Logistic(b.Mul(ops.Scalar(1.702), x)), x) })
		b.Output("y", y)
	})
	g := b.Graph()
	m := mixture(t, g, presetNamed(t, "jax-cpu-eager"), presetNamed(t, "f32"))
	gelu := groupNamed(t, m.ByFunction(), "gelu")
	if len(gelu) != 2 {
		t.Fatalf("%d sites in gelu, want the product with the coefficient and the logistic", len(gelu))
	}
	injured := m.Plan("injure", func(n *ops.Node) bool { return !gelu[n] })
	got := opstest.Interpret(g, injured, noise)[g.Outputs[0].Value.ID]
	in := noise(g.Inputs[0]).F32
	round := func(v float32) float32 { return bf16.BFloat16.Round(v) }
	for k, v := range in {
		s := round(round(1.702) * v)
		logistic := round(elementary.XLACPU.LogisticBFloat16.Value(s))
		if want := logistic * v; got.F32[k] != want {
			t.Errorf("gelu(%v) is %v, by hand %v", v, got.F32[k], want)
		}
	}
}

// TestRescuedResidualSumsStayUnrounded: a sum that is restored reaches the next one unrounded.
func TestRescuedResidualSumsStayUnrounded(t *testing.T) {
	b := ops.NewBuilder()
	x := b.ConvertElementType(b.Argument("x", ops.Float32, 8), ops.Compute)
	add := func(x, y *ops.Value) *ops.Value {
		return b.Function("residual", func() *ops.Value { return b.Add(x, y) })
	}
	b.ModuleScope("net", func() { b.Output("y", add(add(x, b.Mul(x, ops.Scalar(0.125))), b.Mul(x, ops.Scalar(0.015625)))) })
	g := b.Graph()
	m := mixture(t, g, presetNamed(t, "jax-cpu-eager"), presetNamed(t, "f32"))
	sums := groupNamed(t, m.ByFunction(), "residual adds")
	got := opstest.Interpret(g, m.Plan("rescue", func(n *ops.Node) bool { return sums[n] }), noise)[g.Outputs[0].Value.ID]
	for k, v := range noise(g.Inputs[0]).F32 {
		v = bf16.BFloat16.Round(v)
		first := v + bf16.BFloat16.Round(float32(v*0.125))
		if want := first + bf16.BFloat16.Round(float32(v*0.015625)); got.F32[k] != want {
			t.Errorf("element %d: %v, by hand %v", k, got.F32[k], want)
		}
	}
}

func TestMixtureErrors(t *testing.T) {
	g := model.Trace(model.Miniature())
	for _, c := range []struct{ policy, reference, says string }{
		{"jax-cpu-jit", "f32", "policy jax-cpu-jit: roundings that a compiler leaves out cannot be restored one by one"},
		{"jax-cpu-eager", "f64", "policy jax-cpu-eager: explicit and params have to be those of the reference f64"},
	} {
		if _, err := NewMixture(g, presetNamed(t, c.policy), presetNamed(t, c.reference)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s and %s: %v", c.policy, c.reference, err)
		}
	}
	unknown := presetNamed(t, "f32")
	unknown.Overrides = []Override{{Match: "nowhere", Round: "bfloat16"}}
	if _, err := NewMixture(g, unknown, presetNamed(t, "f32")); err == nil {
		t.Error("an override that matches nothing is no error")
	}
}
