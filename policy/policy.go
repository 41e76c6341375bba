package policy

import (
	"fmt"
	"strings"

	"bf16lab/bf16"
	"bf16lab/policy/xlacpu"
)

// Policy is a precision policy as data. The zero value of a field means "as in the policy that this one extends".
type Policy struct {
	Name        string `yaml:"name"`
	Description string `yaml:"description,omitempty"`
	Extends     string `yaml:"extends,omitempty"`

	// Precision is a jmp policy string, for example params=float32,compute=bfloat16,output=bfloat16.
	Precision string `yaml:"precision,omitempty"`
	// Params is the format that parameters are stored in before anything else.
	Params string `yaml:"params,omitempty"`
	// Compute is the format of every value whose type the model leaves to the policy.
	Compute string `yaml:"compute,omitempty"`
	// Output is the format that the model's outputs are cast to.
	Output string `yaml:"output,omitempty"`
	// ParameterCast and StateCast are the formats that parameters and states are cast to where they are used; they follow
	// Compute unless given.
	ParameterCast string `yaml:"parameter_cast,omitempty"`
	StateCast     string `yaml:"state_cast,omitempty"`
	// Explicit is the format of values that the model itself makes float32 (logits, softmax, variances): float32, or
	// float64 in a policy that computes everything in float64.
	Explicit string `yaml:"explicit,omitempty"`

	// Accumulation is the order of sums and products: xla-cpu, sequential or pairwise.
	Accumulation string `yaml:"accumulation,omitempty"`
	// XLACPU describes the machine that the orders of xla-cpu are those of; the recorded one unless given.
	XLACPU *xlacpu.CPU `yaml:"xla_cpu,omitempty"`
	// Functions is the set of elementary functions: xla-cpu, exact or float64.
	Functions string `yaml:"functions,omitempty"`
	// Elision says which roundings a compiler leaves out and which operations it fuses: none, or xla-cpu for what XLA does
	// on a CPU under jit. None unless given.
	Elision string `yaml:"elision,omitempty"`
	// Subnormals says what arithmetic does with subnormal numbers: flush or keep.
	Subnormals string `yaml:"subnormals,omitempty"`

	// Overrides change the policy at sites; later ones win.
	Overrides []Override `yaml:"overrides,omitempty"`
}

// Override changes a policy at the sites that a glob matches. Exactly one of Compute and Round is given.
type Override struct {
	Match string `yaml:"match"`
	// Compute keeps values of the compute type in another format, in whole modules or functions.
	Compute string `yaml:"compute,omitempty"`
	// Round rounds the results at taps and module@primitive sites to a format, whatever they are computed in.
	Round string `yaml:"round,omitempty"`
	// Except leaves out sites that one of these globs matches.
	Except []string `yaml:"except,omitempty"`

	// Position is file:line where the override was read; errors begin with it.
	Position string `yaml:"-"`
}

// The names that Accumulation, Functions and Subnormals take.
const (
	OrderXLACPU     = "xla-cpu"
	OrderSequential = "sequential"
	OrderPairwise   = "pairwise"

	FunctionsXLACPU  = "xla-cpu"
	FunctionsExact   = "exact"
	FunctionsFloat64 = "float64"

	ElisionNone   = "none"
	ElisionXLACPU = "xla-cpu"

	SubnormalsFlush = "flush"
	SubnormalsKeep  = "keep"
)

// ParsePrecision reads a jmp policy string into Params, Compute and Output of p. Parts may be missing; unknown keys,
// unknown formats and repeated keys are errors. A single format name stands for all three.
func (p *Policy) ParsePrecision(text string) error {
	if !strings.Contains(text, "=") {
		if _, err := bf16.Named(text); err != nil {
			return fmt.Errorf("policy: precision %q: %w", text, err)
		}
		p.Params, p.Compute, p.Output = text, text, text
		return nil
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return fmt.Errorf("policy: precision %q: part %q is not key=format", text, part)
		}
		to := map[string]*string{"params": &p.Params, "compute": &p.Compute, "output": &p.Output}[key]
		if to == nil {
			return fmt.Errorf("policy: precision %q: unknown key %q, want params, compute or output", text, key)
		}
		if seen[key] {
			return fmt.Errorf("policy: precision %q: %s is given twice", text, key)
		}
		seen[key] = true
		if _, err := bf16.Named(value); err != nil {
			return fmt.Errorf("policy: precision %q: %w", text, err)
		}
		*to = value
	}
	return nil
}

// settings is a policy with every format resolved.
type settings struct {
	name                     string
	params, compute, output  bf16.Format
	parameterCast, stateCast bf16.Format
	explicit                 bf16.Format
	accumulation, functions  string
	elision                  bool
	flush                    bool
	cpu                      xlacpu.CPU
	rules                    []rule
}

// rule is a compiled override.
type rule struct {
	match          Glob
	except         []Glob
	compute, round bf16.Format
	source         Override
}

// resolve checks a policy in which nothing is left to a policy that it extends.
func (p *Policy) resolve() (*settings, error) {
	s := &settings{name: p.Name, accumulation: p.Accumulation, functions: p.Functions, elision: p.Elision == ElisionXLACPU, flush: p.Subnormals == SubnormalsFlush}
	formats := []struct {
		key, text, fallback string
		to                  *bf16.Format
	}{
		{"params", p.Params, "float32", &s.params},
		{"compute", p.Compute, "float32", &s.compute},
		{"output", p.Output, p.Compute, &s.output},
		{"parameter_cast", p.ParameterCast, p.Compute, &s.parameterCast},
		{"state_cast", p.StateCast, p.Compute, &s.stateCast},
		{"explicit", p.Explicit, "float32", &s.explicit},
	}
	for _, f := range formats {
		text := f.text
		if text == "" {
			text = f.fallback
		}
		if text == "" {
			text = "float32"
		}
		format, err := bf16.Named(text)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %s: %w", p.Name, f.key, err)
		}
		*f.to = format
	}
	type choice struct {
		key, value string
		valid      []string
	}
	choices := []choice{
		{"accumulation", p.Accumulation, []string{OrderXLACPU, OrderSequential, OrderPairwise}},
		{"functions", p.Functions, []string{FunctionsXLACPU, FunctionsExact, FunctionsFloat64}},
		{"subnormals", p.Subnormals, []string{SubnormalsFlush, SubnormalsKeep}},
	}
	if p.Elision != "" {
		choices = append(choices, choice{"elision", p.Elision, []string{ElisionNone, ElisionXLACPU}})
	}
	for _, c := range choices {
		if err := oneOf(c.value, c.valid); err != nil {
			return nil, fmt.Errorf("policy %s: %s: %w", p.Name, c.key, err)
		}
	}
	s.cpu = xlacpu.Recorded
	if p.XLACPU != nil {
		s.cpu = *p.XLACPU
	}
	if s.cpu.Threads < 1 {
		return nil, fmt.Errorf("policy %s: xla_cpu: threads: want at least 1, got %d", p.Name, s.cpu.Threads)
	}
	for i, o := range p.Overrides {
		r, err := o.compile()
		if err != nil {
			return nil, o.locate(fmt.Errorf("policy %s: override %d: %w", p.Name, i+1, err))
		}
		s.rules = append(s.rules, r)
	}
	return s, nil
}

func (o Override) compile() (rule, error) {
	r := rule{source: o}
	var err error
	if r.match, err = ParseGlob(o.Match); err != nil {
		return r, err
	}
	for _, text := range o.Except {
		g, err := ParseGlob(text)
		if err != nil {
			return r, err
		}
		r.except = append(r.except, g)
	}
	if (o.Compute == "") == (o.Round == "") {
		return r, fmt.Errorf("match %q: give either compute or round", o.Match)
	}
	if o.Compute != "" {
		r.compute, err = bf16.Named(o.Compute)
	} else {
		r.round, err = bf16.Named(o.Round)
	}
	return r, err
}
