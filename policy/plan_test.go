package policy

import (
	"slices"
	"strings"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// example is a small graph with one equation of each kind that a policy treats in its own way.
type example struct {
	graph *ops.Graph

	cast       *ops.Value // argument to the compute type
	weight     *ops.Value // parameter to the compute type
	linear     *ops.Value // net/linear: a product
	variance   *ops.Value // state to the compute type
	scaled     *ops.Value // a product with it
	wide       *ops.Value // to float32
	sum        *ops.Value // a float32 region
	narrow     *ops.Value // back to the compute type
	gelu       *ops.Value // in a function
	exp        *ops.Value // net/tail:exp, an elementary function
	turned     *ops.Value // data moved
	padded     *ops.Value // data moved, beside a literal
	integers   *ops.Value
	tail, done *ops.Value // net/tail, and the output in the compute type
}

func newExample() *example {
	e := &example{}
	b := ops.NewBuilder()
	x := b.Argument("x", ops.Float32, 2, 4)
	cast := func(function string, v *ops.Value) *ops.Value {
		return b.Function(function, func() *ops.Value { return b.ConvertElementType(v, ops.Compute) })
	}
	e.cast = b.ConvertElementType(x, ops.Compute)
	b.ModuleScope("net", func() {
		h := b.Module("linear", func() *ops.Value {
			e.weight = cast(FunctionParameter, b.Parameter("w", 4, 4))
			e.linear = b.DotGeneral(e.cast, e.weight, ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}, ops.Compute)
			return e.linear
		})
		h = b.Module("norm", func() *ops.Value {
			e.variance = cast(FunctionState, b.State("var", 1, 4))
			e.scaled = b.Mul(h, e.variance)
			e.wide = b.ConvertElementType(e.scaled, ops.Float32)
			e.sum = b.ReduceSum(e.wide, 1)
			e.narrow = b.ConvertElementType(e.sum, ops.Compute)
			return b.Add(h, b.Reshape(e.narrow, 2, 1))
		})
		e.gelu = b.Function("gelu", func() *ops.Value { return b.Mul(h, ops.Scalar(1.702)) })
		b.Tap(":gelu", e.gelu)
		e.tail = b.Module("tail", func() *ops.Value {
			e.exp = b.Exp(e.gelu)
			b.Tap(":exp", e.exp)
			e.turned = b.Transpose(e.exp, 1, 0)
			e.padded = b.Pad(e.turned, 0.1, []int{0, 0}, []int{0, 1})
			e.integers = b.Iota(ops.Int32, 3)
			return b.Add(e.padded, b.Reshape(b.ConvertElementType(e.integers, ops.Compute), 1, 3))
		})
	})
	e.done = cast(FunctionOutput, b.ConvertElementType(e.tail, ops.Float32))
	b.Output("y", e.done)
	e.graph = b.Graph()
	return e
}

// plan returns how the example is carried out under a policy on top of f32.
func (e *example) plan(t *testing.T, p Policy) func(*ops.Value) ops.NodePlan {
	t.Helper()
	plan, err := complete(t, p).Plan(e.graph)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Name != "test" && p.Name == "" || len(plan.Nodes) != len(e.graph.Nodes) {
		t.Fatalf("plan %q of %d equations", plan.Name, len(plan.Nodes))
	}
	return func(v *ops.Value) ops.NodePlan { return plan.Nodes[v.Node.Index] }
}

// wants compares how an equation keeps its result: "alias F", "F" for data moved into format F, "round F"; and the formats
// that operands are rounded to.
func wants(t *testing.T, name string, np ops.NodePlan, kept string, operands ...bf16.Format) {
	t.Helper()
	got := np.Output.String()
	if np.Round {
		got = "round " + got
	}
	if np.Alias {
		got = "alias " + got
	}
	if got != kept {
		t.Errorf("%s: %s, want %s", name, got, kept)
	}
	var want [3]bf16.Format
	copy(want[:], operands)
	if np.Operands != want {
		t.Errorf("%s: operands %v, want %v", name, np.Operands, want)
	}
}

func TestPlanOfFloat32(t *testing.T) {
	e := newExample()
	at := e.plan(t, Policy{})
	wants(t, "cast", at(e.cast), "alias float32")
	wants(t, "weight", at(e.weight), "alias float32")
	wants(t, "product", at(e.linear), "round float32")
	wants(t, "narrow", at(e.narrow), "alias float32")
	wants(t, "output", at(e.done), "alias float32")
	wants(t, "transpose", at(e.turned), "float32")
}

// TestPlanOfBFloat16: values of the compute type are rounded after every equation, float32 regions are not, widening is
// free and narrowing rounds, data is moved without rounding.
func TestPlanOfBFloat16(t *testing.T) {
	e := newExample()
	at := e.plan(t, Policy{Compute: "bfloat16", Output: "bfloat16"})
	wants(t, "cast", at(e.cast), "round bfloat16")
	wants(t, "weight", at(e.weight), "round bfloat16")
	wants(t, "product", at(e.linear), "round bfloat16")
	wants(t, "state", at(e.variance), "round bfloat16")
	wants(t, "to float32", at(e.wide), "alias bfloat16")
	wants(t, "sum in float32", at(e.sum), "round float32")
	wants(t, "back", at(e.narrow), "round bfloat16")
	wants(t, "exp", at(e.exp), "round bfloat16")
	wants(t, "transpose", at(e.turned), "bfloat16")
	wants(t, "pad", at(e.padded), "bfloat16")
	wants(t, "output", at(e.done), "alias bfloat16")
	if np := at(e.gelu); np.Literal != bf16.BFloat16 {
		t.Errorf("literal beside the compute type in %v", np.Literal)
	}
	if np := at(e.integers); np != (ops.NodePlan{}) {
		t.Errorf("integers: %+v", np)
	}
}

func TestPlanOfCasts(t *testing.T) {
	e := newExample()
	at := e.plan(t, Policy{ParameterCast: "bfloat16"})
	wants(t, "parameter", at(e.weight), "round bfloat16")
	wants(t, "state", at(e.variance), "alias float32")
	wants(t, "product", at(e.linear), "round float32")
	at = e.plan(t, Policy{StateCast: "float16"})
	wants(t, "parameter", at(e.weight), "alias float32")
	wants(t, "state", at(e.variance), "round float16")
	at = e.plan(t, Policy{Output: "float8_e5m2"})
	wants(t, "output", at(e.done), "round float8_e5m2")
	wants(t, "tail", at(e.tail), "round float32")
	// Casts follow compute unless they are given.
	at = e.plan(t, Policy{Compute: "float16", ParameterCast: "float32"})
	wants(t, "parameter", at(e.weight), "alias float32")
	wants(t, "state", at(e.variance), "round float16")
	// The product is in a region of float16, so its operand is cast to that.
	wants(t, "product", at(e.linear), "round float16", bf16.Format{}, bf16.Float16)
}

// TestPlanFallbacks: without a policy to extend, formats are float32 and outputs and casts follow compute.
func TestPlanFallbacks(t *testing.T) {
	p := &Policy{Name: "test", Accumulation: OrderSequential, Functions: FunctionsExact, Subnormals: SubnormalsKeep}
	e := newExample()
	for compute, want := range map[string]string{"": "alias float32", "bfloat16": "alias bfloat16"} {
		p.Compute = compute
		c, err := p.Complete()
		if err != nil {
			t.Fatal(err)
		}
		plan, err := c.Plan(e.graph)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, "output", plan.Nodes[e.done.Node.Index], want)
		wants(t, "float32 region", plan.Nodes[e.sum.Node.Index], "round float32")
	}
}

// TestPlanOfStoredParameters: params is the format in which parameters are stored, whatever they are cast to.
func TestPlanOfStoredParameters(t *testing.T) {
	e := newExample()
	wants(t, "kept in float32", e.plan(t, Policy{Params: "bfloat16"})(e.weight), "round bfloat16", bf16.BFloat16)
	wants(t, "the same format", e.plan(t, Policy{Params: "bfloat16", Compute: "bfloat16"})(e.weight), "round bfloat16", bf16.BFloat16)
	wants(t, "another format", e.plan(t, Policy{Params: "float16", Compute: "bfloat16"})(e.weight), "round bfloat16", bf16.Float16)
	wants(t, "a wider format", e.plan(t, Policy{Params: "float64", Compute: "float32"})(e.weight), "round float32")
	wants(t, "states are not parameters", e.plan(t, Policy{Params: "bfloat16"})(e.variance), "alias float32")
	wants(t, "one name for all", e.plan(t, Policy{Precision: "bfloat16"})(e.weight), "round bfloat16", bf16.BFloat16)
	// What follows knows that the weight is bfloat16.
	wants(t, "product", e.plan(t, Policy{Params: "bfloat16", Compute: "bfloat16"})(e.linear), "round bfloat16")
}

func TestPlanOfARegion(t *testing.T) {
	e := newExample()
	eager := Policy{Extends: "jax-cpu-eager"}
	with := func(o ...Override) Policy {
		p := eager
		p.Overrides = o
		return p
	}
	// A wide region inside of bfloat16: what enters it is free, what leaves it is cast by its first reader outside.
	at := e.plan(t, with(Override{Match: "net/linear", Compute: "float32"}))
	wants(t, "parameter inside", at(e.weight), "alias float32")
	wants(t, "product inside", at(e.linear), "round float32")
	wants(t, "first reader outside", at(e.scaled), "round bfloat16", bf16.BFloat16)
	wants(t, "before", at(e.cast), "round bfloat16")
	// The same by a glob over modules.
	at = e.plan(t, with(Override{Match: "**/linear/**", Compute: "float32"}))
	wants(t, "product inside", at(e.linear), "round float32")
	wants(t, "outside", at(e.gelu), "round bfloat16")
	// A function of a module, and the literal in it.
	at = e.plan(t, with(Override{Match: "net:gelu", Compute: "float32"}))
	wants(t, "function", at(e.gelu), "round float32")
	wants(t, "reader", at(e.exp), "round bfloat16", bf16.BFloat16)
	if np := at(e.gelu); np.Literal != bf16.Float32 {
		t.Errorf("literal of the region in %v", np.Literal)
	}
	// A primitive of a module.
	at = e.plan(t, with(Override{Match: "net/linear@dot_general", Compute: "float32"}))
	wants(t, "primitive", at(e.linear), "round float32")
	wants(t, "another primitive", at(e.weight), "round bfloat16")
	// A narrow region: float32 explicit regions stay, what moves data casts its operand.
	at = e.plan(t, with(Override{Match: "net/tail/**", Compute: "float8_e5m2"}))
	wants(t, "exp", at(e.exp), "round float8_e5m2", bf16.Float8E5M2)
	wants(t, "transpose", at(e.turned), "float8_e5m2")
	at = e.plan(t, with(Override{Match: "net/tail@transpose", Compute: "float8_e5m2"}))
	wants(t, "exp", at(e.exp), "round bfloat16")
	wants(t, "transpose alone", at(e.turned), "float8_e5m2", bf16.Float8E5M2)
	// The later override wins.
	at = e.plan(t, with(Override{Match: "net/**", Compute: "float32"}, Override{Match: "net/linear/**", Compute: "float16"}))
	wants(t, "later", at(e.linear), "round float16", bf16.Float16)
	wants(t, "earlier", at(e.exp), "round float32")
	at = e.plan(t, with(Override{Match: "net/linear/**", Compute: "float16"}, Override{Match: "net/**", Compute: "float32"}))
	wants(t, "later", at(e.linear), "round float32")
	// Except leaves a part of the region out.
	at = e.plan(t, with(Override{Match: "net/**", Compute: "float32", Except: []string{"net/linear", "net/linear:*"}}))
	wants(t, "left out", at(e.linear), "round bfloat16")
	wants(t, "inside", at(e.exp), "round float32")
}

func TestPlanRoundsAtSites(t *testing.T) {
	e := newExample()
	at := e.plan(t, Policy{Overrides: []Override{{Match: "net/tail", Round: "bfloat16"}}})
	wants(t, "tap", at(e.tail), "round bfloat16")
	wants(t, "inside of the module", at(e.exp), "round float32")
	at = e.plan(t, Policy{Overrides: []Override{{Match: "net/**", Round: "bfloat16", Except: []string{"**:**"}}}})
	wants(t, "module output", at(e.linear), "round bfloat16")
	wants(t, "tap inside a module", at(e.exp), "round float32")
	wants(t, "not tapped", at(e.scaled), "round float32")
	at = e.plan(t, Policy{Overrides: []Override{{Match: "net/norm@mul", Round: "bfloat16"}, {Match: "net:gelu@mul", Round: "float16"}}})
	wants(t, "primitive of a module", at(e.scaled), "round bfloat16")
	wants(t, "primitive of a function", at(e.gelu), "round float16")
	// A glob on primitives leaves float32 regions alone.
	at = e.plan(t, Policy{Overrides: []Override{{Match: "net/norm@*", Round: "bfloat16"}}})
	wants(t, "float32 region", at(e.sum), "round float32")
	wants(t, "compute type", at(e.narrow), "round bfloat16")
	// The cast of a parameter goes by its leaf.
	at = e.plan(t, Policy{Overrides: []Override{{Match: "net/linear@w", Round: "bfloat16"}}})
	wants(t, "parameter", at(e.weight), "round bfloat16")
	wants(t, "product", at(e.linear), "round float32")
	// Rounding takes place whatever a value is computed in, and moved data is rounded too.
	at = e.plan(t, Policy{Extends: "jax-cpu-eager", Overrides: []Override{{Match: "net/tail:exp", Round: "float32"}, {Match: "net/tail@transpose", Round: "float8_e5m2"}}})
	wants(t, "wider than compute", at(e.exp), "round float32")
	wants(t, "transpose", at(e.turned), "round float8_e5m2", bf16.BFloat16)
	// Integers are not rounded.
	at = e.plan(t, Policy{Overrides: []Override{{Match: "net/tail@*", Round: "bfloat16"}}})
	if np := at(e.integers); np != (ops.NodePlan{}) {
		t.Errorf("integers: %+v", np)
	}
}

func TestOverrideThatMatchesNothing(t *testing.T) {
	e := newExample()
	for _, o := range []Override{{Match: "net/tial", Round: "bfloat16"}, {Match: "net/tail@mul", Round: "bfloat16"}, {Match: "**/tial/**", Compute: "float16"},
		{Match: "net/tail", Round: "bfloat16", Except: []string{"net/*"}}} {
		_, err := complete(t, Policy{Overrides: []Override{o}}).Plan(e.graph)
		if err == nil || !strings.HasPrefix(err.Error(), "policy test: match \""+o.Match+"\" matches nothing, did you mean \"") || !strings.Contains(err.Error(), "tail") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	// A place in a file comes first.
	p, err := Parse("mine.yaml", []byte("name: mine\nextends: f32\noverrides:\n  - match: net/tail\n    round: bfloat16\n  - match: nte\n    round: bfloat16\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Plan(e.graph); err == nil || !strings.HasPrefix(err.Error(), "mine.yaml:6: policy mine: match \"nte\" matches nothing") {
		t.Errorf("got %v", err)
	}
}

func TestPlanInFloat64(t *testing.T) {
	e := newExample()
	at := e.plan(t, Policy{Extends: "f64"})
	for _, v := range []*ops.Value{e.cast, e.linear, e.sum, e.exp, e.turned, e.done} {
		if np := at(v); !np.Double || np.Storage(v.DType) != ops.StoreFloat64 {
			t.Errorf("%s: %+v", v.Node.Primitive, np)
		}
	}
	wants(t, "cast", at(e.cast), "alias float32") // the argument is float32 still
	wants(t, "product", at(e.linear), "round float64")
	wants(t, "float32 region", at(e.sum), "round float64")
}

func TestPlanOfOrdersAndFunctions(t *testing.T) {
	e := newExample()
	for _, c := range []struct {
		policy Policy
		dot    bf16.DotOrder
		sum    bf16.SumOrder
	}{
		{Policy{Accumulation: OrderSequential}, bf16.DotOrder{}, bf16.SumOrder{}},
		{Policy{Accumulation: OrderPairwise}, bf16.DotOrder{Pairwise: true}, bf16.SumOrder{Kind: bf16.PairwiseSum}},
	} {
		at := e.plan(t, c.policy)
		if np := at(e.linear); np.Dot != (ops.ProductOrder{Main: c.dot}) || np.Sum != (bf16.SumOrder{}) {
			t.Errorf("%s: product %+v %+v", c.policy.Accumulation, np.Dot, np.Sum)
		}
		if np := at(e.sum); np.Sum != c.sum || np.Dot != (ops.ProductOrder{}) {
			t.Errorf("%s: sum %+v %+v", c.policy.Accumulation, np.Dot, np.Sum)
		}
		if np := at(e.scaled); np.Sum != (bf16.SumOrder{}) || np.Dot != (ops.ProductOrder{}) {
			t.Errorf("%s: mul %+v %+v", c.policy.Accumulation, np.Dot, np.Sum)
		}
	}
	at := e.plan(t, Policy{Functions: FunctionsExact})
	if at(e.exp).Functions != FunctionsExact || at(e.scaled).Functions != "" || at(e.turned).Functions != "" {
		t.Error("functions where they are used, and only there")
	}
	at = e.plan(t, Policy{Subnormals: SubnormalsKeep})
	if np := at(e.scaled); np.Flush || np.FlushOperands != [3]bool{} {
		t.Errorf("subnormals kept: %+v", np)
	}
	// State and parameters may be subnormal, and stay so when they are cast or moved; results of arithmetic are not.
	at = e.plan(t, Policy{Subnormals: SubnormalsFlush})
	if np := at(e.scaled); !np.Flush || np.FlushOperands != [3]bool{false, true} {
		t.Errorf("subnormals flushed: %+v", np)
	}
	if np := at(e.tail); !np.Flush || np.FlushOperands != [3]bool{} {
		t.Errorf("subnormals flushed: %+v", np)
	}
	if at(e.turned).Flush || at(e.exp).Flush || at(e.cast).Flush {
		t.Error("moves, casts and elementary functions do not flush")
	}
}

// TestPlanOfManyOperands: from the third operand on the formats of operands are shared.
func TestPlanOfManyOperands(t *testing.T) {
	b := ops.NewBuilder()
	var parts []*ops.Value
	b.ModuleScope("wide", func() {
		parts = append(parts, b.ConvertElementType(b.Argument("a", ops.Float32, 1), ops.Compute))
	})
	for _, name := range []string{"b", "c", "d"} {
		parts = append(parts, b.ConvertElementType(b.Argument(name, ops.Float32, 1), ops.Compute))
	}
	slices.Reverse(parts)
	joined := b.Concatenate(0, parts...)
	b.Tap("joined", joined)
	p := complete(t, Policy{Extends: "jax-cpu-eager", Overrides: []Override{{Match: "wide", Compute: "float32"}}})
	plan, err := p.Plan(b.Graph())
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "concatenate", plan.Nodes[joined.Node.Index], "bfloat16", bf16.Format{}, bf16.Format{}, bf16.BFloat16)
}

// TestPlanOfMixedMoves: what is moved is kept in a format that holds all of it.
func TestPlanOfMixedMoves(t *testing.T) {
	b := ops.NewBuilder()
	x := b.ConvertElementType(b.Argument("x", ops.Float32, 2), ops.Float16)
	y := b.ConvertElementType(b.Argument("y", ops.Float32, 2), ops.Compute)
	both := b.Max(b.ConvertElementType(x, ops.Float32), b.ConvertElementType(y, ops.Float32))
	with := b.Pad(y, ops.Scalar(0.5), []int{0}, []int{1})
	wide := b.Max(b.ConvertElementType(y, ops.Float32), ops.Scalar(0.1))
	plan, err := complete(t, Policy{Extends: "jax-cpu-eager"}).Plan(b.Graph())
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "float16 and bfloat16", plan.Nodes[both.Node.Index], "float32")
	wants(t, "literal of the compute type", plan.Nodes[with.Node.Index], "bfloat16")
	wants(t, "literal of float32", plan.Nodes[wide.Node.Index], "float32")
}

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		outer, inner bf16.Format
		want         bool
	}{
		{bf16.Float32, bf16.BFloat16, true},
		{bf16.BFloat16, bf16.Float32, false},
		{bf16.BFloat16, bf16.BFloat16, true},
		{bf16.Float32, bf16.Float16, true},
		{bf16.BFloat16, bf16.Float16, false},
		{bf16.Float16, bf16.BFloat16, false},
		{bf16.TF32, bf16.BFloat16, true},
		{bf16.TF32, bf16.Float16, true},
		{bf16.Float16, bf16.Float8E5M2, true},
		{bf16.Float8E4M3, bf16.Float8E5M2, false},
		{bf16.Float64, bf16.Float32, true},
		{bf16.Float8E4M3, bf16.Float8E4M3, true},
		{bf16.Float32.Flushing(), bf16.BFloat16, false},
		{bf16.Float32.Saturating(), bf16.BFloat16, false},
		{bf16.Float32, bf16.BFloat16.Saturating(), true},
	} {
		if got := holds(c.outer, c.inner); got != c.want {
			t.Errorf("%v holds %v: %v", c.outer, c.inner, got)
		}
	}
}
