package experiments

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// inspectGraph inspects a graph under f32 and a policy.
func inspectGraph(t *testing.T, g *ops.Graph, name string, workers int, load func(*ops.Value) *ops.Tensor) *results.Run {
	t.Helper()
	reference, err := policy.Preset("f32")
	if err != nil {
		t.Fatal(err)
	}
	p, err := ResolvePolicy(name, "")
	if err != nil {
		t.Fatal(err)
	}
	r := &replay{config: &Config{Kind: results.KindNonFinite}, options: Options{Threads: workers}, graph: g, taps: g.Taps, reference: reference,
		policies: []*policy.Policy{p}, baseline: -1, run: &results.Run{Schema: results.Schema}}
	r.run.Input.Length = 4096
	if err := r.plan(); err != nil {
		t.Fatal(err)
	}
	r.plans.all[0] = keepOperands(r.plans.all[0])
	r.program = cpu.Compile(r.graph, r.plans.all, r.watched())
	probe := newInspectingProbe(r)
	in := &inputCheck{load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }}
	stats, err := r.program.Run(context.Background(), cpu.Options{Workers: workers, Probe: probe, Load: in.check})
	if err != nil {
		t.Fatal(err)
	}
	r.fill(time.Now(), stats, probe.replayProbe)
	r.fillNonFinite(probe.inspection, in)
	r.run.Seconds = 0
	if err := r.run.Check(); err != nil {
		t.Errorf("the results contradict themselves: %v", err)
	}
	return r.run
}

const half = "params=float32,compute=float16,output=float16"

// accident is a graph in which float16 overflows, and the infinity goes on to become NaN.
func accident() *ops.Graph {
	b := ops.NewBuilder()
	x := b.ConvertElementType(b.Argument("x", ops.Float32, 4), ops.Compute)
	var y, z, w, s, product *ops.Value
	b.ModuleScope("square", func() { y = b.Mul(x, x) })                              // overflows where x = 300
	b.ModuleScope("shifted", func() { z = b.Reshape(b.Neg(y), 2, 2) })               // inherited
	b.ModuleScope("difference", func() { w = b.Sub(z, z) })                          // Inf - Inf: inherited
	b.ModuleScope("sum", func() { s = b.ReduceSum(b.Add(x, x), 0) })                 // finite
	b.ModuleScope("root", func() { s = b.Rsqrt(b.Sub(s, s)) })                       // 1 / sqrt(0) = Inf, in the reference as well
	b.ModuleScope("product", func() { product = b.Mul(b.Mul(x, x), ops.Scalar(0)) }) // overflows again, then Inf * 0: inherited
	for i, v := range []*ops.Value{y, z, w, s, product} {
		b.Output(fmt.Sprint(i), v)
	}
	return b.Graph()
}

func accidentInput(v *ops.Value) *ops.Tensor {
	return &ops.Tensor{Shape: v.Shape, F32: []float32{1, 300, -2, 256}}
}

// TestNonFiniteCreated finds where an overflow happens, with the operands there, and not what follows from it.
func TestNonFiniteCreated(t *testing.T) {
	run := inspectGraph(t, accident(), half, 2, accidentInput)
	part := run.NonFinite.Policies[0]
	inf := metrics.Number(math.Inf(1))
	want := []results.Creation{
		{Equation: 1, Primitive: "mul", Module: "square", Tap: "out/0", Count: 2, Index: 1, Value: inf, Operands: []metrics.Number{300, 300}},
		{Equation: 8, Primitive: "rsqrt", Module: "root", Tap: "out/3", Count: 1, Value: inf, Operands: []metrics.Number{0}, ByDesign: true},
		{Equation: 9, Primitive: "mul", Module: "product", Tap: "out/4", Count: 2, Index: 1, Value: inf, Operands: []metrics.Number{300, 300}},
	}
	if diff := cmp.Diff(want, part.Created, equateNumbers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if part.Limit != 65504 || part.Largest.Value != 1110 || part.Largest.Primitive != "reduce_sum" {
		t.Errorf("limit %v, largest %+v", part.Limit, part.Largest)
	}
	text := strings.Join(run.NonFinite.Words, "\n")
	for _, want := range []string{
		"2 equations create NaN or infinities of finite numbers; the first is equation 1, mul in square, which makes +Inf of 300 and 300, in 2 elements.",
		"1 equation creates non-finite values that the reference creates too.",
		"5 of 5 outputs are not finite everywhere, 1 of them at the same places as under f32.",
		"arguments of rsqrt lie between 0 and 0.",
		"float16 overflows at 6.55e+04, 5 powers of two above.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "do not come from this arithmetic") {
		t.Errorf("acquitted:\n%s", text)
	}
}

// TestNonFiniteAcquitted inspects the same graph where nothing happens but what the reference does as well.
func TestNonFiniteAcquitted(t *testing.T) {
	run := inspectGraph(t, accident(), "jax-cpu-eager", 1, accidentInput)
	if part := run.NonFinite.Policies[0]; len(part.Created) != 1 || !part.Created[0].ByDesign {
		t.Errorf("created %+v", part.Created)
	}
	text := strings.Join(run.NonFinite.Words, "\n")
	for _, want := range []string{"Under jax-cpu-eager no equation creates", "do not come from this arithmetic", "bfloat16 overflows at 3.39e+38"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// TestNearMisses counts near misses that are written out: one value close to overflow, two that become zero, differences that
// lose five, six and ten of eleven bits.
func TestNearMisses(t *testing.T) {
	b := ops.NewBuilder()
	x := b.ConvertElementType(b.Argument("x", ops.Float32, 6), ops.Compute)
	y := b.ConvertElementType(b.Argument("y", ops.Float32, 6), ops.Compute)
	product := b.Mul(x, y)
	b.Output("product", product)
	b.Output("difference", b.Sub(x, y))
	run := inspectGraph(t, b.Graph(), half, 1, func(v *ops.Value) *ops.Tensor {
		values := []float32{100, 0x1p-14, 0x1p-14, 1, 1, 1}
		if v.Input.Leaf == "y" {
			values = []float32{50, 0x1p-12, 0x1p-13, 1 + 0x1p-10, 1 - 0x1p-5, 1 + 0x1p-6}
		}
		return &ops.Tensor{Shape: v.Shape, F32: values}
	})
	want := []results.NearMiss{
		{Kind: "overflow", Equation: 2, Primitive: "mul", Count: 1, Worst: 5000},
		{Kind: "subnormal", Equation: 2, Primitive: "mul", Count: 2, Worst: 0x1p-26, Index: 1},
		{Kind: "cancellation", Equation: 3, Primitive: "sub", Count: 2, Worst: 10, Index: 3},
	}
	if diff := cmp.Diff(want, run.NonFinite.Policies[0].Near, equateNumbers); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFindingsMerge cuts results into chunks that are merged in any order: what was seen must be the same.
func TestFindingsMerge(t *testing.T) {
	inf := math.Inf(1)
	result := []float64{1, inf, -70000, 0, 2, 70000, math.NaN(), -inf, 3, 0}
	in := &ops.Tensor{Shape: ops.Shape{10}, F64: []float64{1, 2, 3, 4, inf, 6, 7, 8, 9, 10}}
	fed := newElementFeeding(in.Shape, []*ops.Tensor{in})
	see := func(lo, hi int) *finding {
		f := &finding{elements: int64(hi - lo), low: float64(lo), high: float64(hi), argumentOK: lo != 4}
		f.scan(result[lo:hi], 65504, int64(lo))
		f.findCreated(result[lo:hi], int64(lo), fed)
		f.lost, f.lostMost, f.lostAt = 1, float64(lo/4), int64(lo)
		f.cancelled, f.bits, f.cancelAt = 1, lo/4, int64(lo)
		return f
	}
	want := &finding{
		elements: 10, nonFinite: 3, created: 3, createdAt: 1, value: inf, operands: []float64{2}, largest: 70000, near: 2, nearAt: 2,
		lost: 5, lostMost: 2, lostAt: 8, cancelled: 5, bits: 2, cancelAt: 8, low: 0, high: 10, argumentOK: true,
	}
	rapid.Check(t, func(t *rapid.T) {
		got := &finding{}
		for _, chunk := range rapid.Permutation([]int{0, 2, 4, 6, 8}).Draw(t, "order") {
			got.merge(see(chunk, chunk+2))
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(finding{}), equateNumbers); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestFeeding follows infinities through every kind of equation that mixes elements: only those that read one inherit.
func TestFeeding(t *testing.T) {
	b := ops.NewBuilder()
	x := b.Argument("x", ops.Float32, 2, 4, 3) // x[1, 2, 0] is infinite
	w := b.Argument("w", ops.Float32, 3, 3, 2)
	cases := []struct {
		name string
		v    *ops.Value
		bad  []int // elements that it reaches
	}{
		{"sum", b.ReduceSum(x, 1), []int{3}},
		{"windows", b.ReduceWindowSum(x, 2), []int{9}},
		{"convolution", b.ConvGeneralDilated(x, w), []int{10, 11, 12, 13, 14, 15}},
		{"product", b.DotGeneral(x, b.Reshape(w, 3, 6), ops.DotParams{LeftContracting: []int{2}, RightContracting: []int{0}}, ops.Float32), []int{36, 37, 38, 39, 40, 41}},
		{"batched", b.DotGeneral(x, x, ops.DotParams{LeftContracting: []int{2}, RightContracting: []int{2}, LeftBatch: []int{0}, RightBatch: []int{0}}, ops.Float32),
			[]int{18, 22, 24, 25, 26, 27, 30}},
		{"broadcast", b.Mul(x, b.Slice(x, []int{1, 2, 0}, []int{2, 3, 3})), []int{0, 3, 6, 9, 12, 15, 18, 21}},
		{"move", b.Transpose(x, 2, 1, 0), nil},
	}
	in := map[*ops.Value]*ops.Tensor{}
	in[x] = &ops.Tensor{Shape: x.Shape, F32: make([]float32, 24)}
	in[x].F32[18] = float32(math.Inf(1))
	in[w] = &ops.Tensor{Shape: w.Shape, F32: make([]float32, 18)}
	for _, c := range cases {
		operands := make([]*ops.Tensor, len(c.v.Node.In))
		for i, o := range c.v.Node.In {
			operands[i] = in[o.Value]
			if operands[i] == nil { // a slice or reshape of one of them
				source := in[o.Value.Node.In[0].Value]
				if o.Value.Shape.Size() == source.Shape.Size() {
					operands[i] = source.As(o.Value.Shape)
				} else {
					operands[i] = source.Range(18, 21, o.Value.Shape)
				}
			}
		}
		fed := feedingOf(c.v.Node, &ops.NodePlan{}, operands)
		bad := []int(nil)
		for k := range c.v.Shape.Size() {
			if !fed.finite(k) {
				bad = append(bad, k)
			}
		}
		if c.name == "move" {
			if len(bad) != 24 {
				t.Errorf("move: %d elements inherit, want all", len(bad))
			}
			continue
		}
		if diff := cmp.Diff(c.bad, bad); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestInspectingChangesNothing compares an inspected replay of the small model with one that is not, and runs with one worker and
// several; the NaN of padded tracks are inherited from the constants, and nothing is created.
func TestInspectingChangesNothing(t *testing.T) {
	g := model.Trace(model.Miniature())
	one := inspectGraph(t, g, "jax-cpu-eager", 1, miniatureInput)
	three := inspectGraph(t, g, "jax-cpu-eager", 3, miniatureInput)
	if diff := cmp.Diff(one.NonFinite, three.NonFinite, equateNumbers); diff != "" {
		t.Errorf("three workers:\n%s", diff)
	}
	plain := smallReplay(t, 1, "").run
	if one.Policies[0].Digest != plain.Policies[0].Digest {
		t.Error("inspecting has changed bits")
	}
	if created := one.NonFinite.Policies[0].Created; len(created) != 0 {
		t.Errorf("created: %+v", created)
	}
	text := strings.Join(one.NonFinite.Words, "\n")
	if !strings.Contains(text, "numbers that are not finite: in ") || !strings.Contains(text, "outputs are not finite everywhere") {
		t.Errorf("nothing about padded tracks in\n%s", text)
	}
}
