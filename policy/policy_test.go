package policy

import (
	"strings"
	"testing"
)

func TestParsePrecision(t *testing.T) {
	for _, c := range []struct {
		text string
		want Policy
	}{
		{"params=float32,compute=bfloat16,output=float16", Policy{Params: "float32", Compute: "bfloat16", Output: "float16"}},
		{"output=f32, compute=bf16", Policy{Compute: "bf16", Output: "f32"}},
		{"compute=fp8-e4m3", Policy{Compute: "fp8-e4m3"}},
		// A single name stands for all three.
		{"bfloat16", Policy{Params: "bfloat16", Compute: "bfloat16", Output: "bfloat16"}},
		{"full", Policy{Params: "full", Compute: "full", Output: "full"}},
	} {
		var p Policy
		if err := p.ParsePrecision(c.text); err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if p.Params != c.want.Params || p.Compute != c.want.Compute || p.Output != c.want.Output {
			t.Errorf("%q: %q %q %q", c.text, p.Params, p.Compute, p.Output)
		}
	}
}

func TestParsePrecisionErrors(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"param=float32", `unknown key "param", want params, compute or output`},
		{"compute=bfloat16,compute=float32", "compute is given twice"},
		{"params=float32,compute", `part "compute" is not key=format`},
		{"params=float33", `unknown format "float33": the nearest is "float32"`},
		{"bfloat15", `unknown format "bfloat15": the nearest is "bfloat16"`},
		{"", "unknown format"},
		{"params=float32,", `part "" is not key=format`},
	} {
		err := (&Policy{}).ParsePrecision(c.text)
		if err == nil || !strings.HasPrefix(err.Error(), "policy: precision ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: error %v, want it to say %q", c.text, err, c.says)
		}
	}
}

// complete fills in a policy on top of f32.
func complete(t *testing.T, p Policy) *Policy {
	t.Helper()
	if p.Name == "" {
		p.Name = "test"
	}
	if p.Extends == "" {
		p.Extends = "f32"
	}
	c, err := p.Complete()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompleteFillsIn(t *testing.T) {
	base, err := Preset("jax-cpu-eager")
	if err != nil {
		t.Fatal(err)
	}
	own := Override{Match: "a", Compute: "float32"}
	p := complete(t, Policy{Name: "mine", Extends: "jax-cpu-eager", Output: "float16", Accumulation: OrderPairwise, Overrides: []Override{own}})
	if p.Output != "float16" || p.Accumulation != OrderPairwise || p.Name != "mine" {
		t.Errorf("own fields were lost: %+v", p)
	}
	if p.Params != base.Params || p.Compute != base.Compute || p.Explicit != base.Explicit || p.Functions != base.Functions || p.Subnormals != base.Subnormals || p.Description != base.Description {
		t.Errorf("fields were not filled in: %+v", p)
	}
	// The precision string counts as the policy's own fields.
	if p := complete(t, Policy{Extends: "jax-cpu-eager", Precision: "compute=float16"}); p.Compute != "float16" || p.Output != "bfloat16" || p.Precision != "" {
		t.Errorf("precision: %+v", p)
	}
}

func TestCompletePutsOverridesOfTheBaseFirst(t *testing.T) {
	base, err := Preset("seed-hooks")
	if err != nil {
		t.Fatal(err)
	}
	own := Override{Match: "alphagenome/output_pair", Round: "float32"}
	once := complete(t, Policy{Extends: "seed-hooks", Overrides: []Override{own}})
	if n := len(base.Overrides); len(once.Overrides) != n+1 || !sameOverride(once.Overrides[0], base.Overrides[0]) || !sameOverride(once.Overrides[n], own) {
		t.Fatalf("%d overrides, want those of the base and then %+v", len(once.Overrides), own)
	}
	// A policy that is complete already stays as it is.
	twice := complete(t, *once)
	if len(twice.Overrides) != len(once.Overrides) {
		t.Errorf("%d overrides after another time, want %d", len(twice.Overrides), len(once.Overrides))
	}
	if n := len(base.Overrides); n == 0 {
		t.Error("the example shows nothing")
	}
}

func TestCompleteErrors(t *testing.T) {
	full := func(change func(*Policy)) Policy {
		p := Policy{Name: "p", Extends: "f32"}
		change(&p)
		return p
	}
	for _, c := range []struct {
		policy Policy
		says   string
	}{
		{Policy{Extends: "f32"}, "policy: a policy needs a name"},
		{full(func(p *Policy) { p.Extends = "f23" }), `policy: unknown policy "f23", did you mean "f`},
		{full(func(p *Policy) { p.Compute = "bf17" }), `policy p: compute: bf16: unknown format "bf17"`},
		{full(func(p *Policy) { p.ParameterCast = "x" }), "policy p: parameter_cast: "},
		{full(func(p *Policy) { p.Accumulation = "kahan" }), `policy p: accumulation: unknown value "kahan"`},
		{full(func(p *Policy) { p.Functions = "exakt" }), `did you mean "exact"?`},
		{full(func(p *Policy) { p.Subnormals = "maybe" }), "policy p: subnormals: "},
		{full(func(p *Policy) { p.Elision = "jit" }), "policy p: elision: "},
		{Policy{Name: "p"}, `policy p: accumulation: unknown value ""`},
		{full(func(p *Policy) { p.Overrides = []Override{{Match: "a"}} }), `override 1: match "a": give either compute or round`},
		{full(func(p *Policy) { p.Overrides = []Override{{Match: "a", Compute: "f32", Round: "f32"}} }), "give either compute or round"},
		{full(func(p *Policy) { p.Overrides = []Override{{Round: "f32"}} }), "policy: empty glob"},
		{full(func(p *Policy) { p.Overrides = []Override{{Match: "a", Round: "f31"}} }), `unknown format "f31"`},
		{full(func(p *Policy) { p.Overrides = []Override{{Match: "a", Round: "f32", Except: []string{""}}} }), "policy: empty glob"},
		{full(func(p *Policy) { p.Precision = "speed=high" }), `unknown key "speed"`},
	} {
		got, err := c.policy.Complete()
		if err == nil || !strings.Contains(err.Error(), c.says) || got != nil {
			t.Errorf("%+v: %v, %v; want an error that says %q", c.policy, got, err, c.says)
		}
	}
}
