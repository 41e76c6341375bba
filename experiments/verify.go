package experiments

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"bf16lab/experiments/reference"
	"bf16lab/internal/nearest"
	"bf16lab/model"
	"bf16lab/model/sequence"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// VerifyOptions say how a reference is replayed.
type VerifyOptions struct {
	Policy  string // name of a preset or policy file; empty lets the reference's mode choose
	FASTA   string // sequence to use instead of the one that the reference names
	Threads int
	// TeacherForced feeds every equation the reference's values where the reference holds whole tensors, so that one early
	// difference does not hide the rest.
	TeacherForced bool
	Progress      func(done, total float64)
}

// Verification is the comparison of a replay with a reference.
type Verification struct {
	Reference string      `json:"reference"`
	Mode      string      `json:"mode"`
	Policy    string      `json:"policy"`
	Arrays    []Agreement `json:"arrays"`            // one per case or tap, in the order of the reference
	Unknown   []string    `json:"unknown,omitempty"` // taps of the reference that the model does not have
}

// policyOfMode is the policy that reproduces each way of running JAX.
var policyOfMode = map[string]string{
	"bf16-prim": "jax-cpu-eager", "bf16-op": "jax-cpu-eager", "bf16-jit": "jax-cpu-jit",
	"f32-prim": "f32", "f32-op": "f32", "f64-prim": "f64", "f64-op": "f64",
}

// Verify replays what a reference holds and compares it element by element.
func Verify(ctx context.Context, ref *reference.File, o VerifyOptions) (*Verification, error) {
	name := o.Policy
	if name == "" {
		name = policyOfMode[ref.Mode]
	}
	if name == "" {
		return nil, fmt.Errorf("%s: no policy is known for mode %q, name one with --policy", ref.Path, ref.Mode)
	}
	p, err := ResolvePolicy(name, ".")
	if err != nil {
		return nil, err
	}
	v := &Verification{Reference: ref.Path, Mode: ref.Mode, Policy: p.Name}
	if len(ref.Cases) > 0 {
		return v, v.cases(ctx, ref, p, o)
	}
	return v, v.model(ctx, ref, p, o)
}

// cases replays building blocks, each with its own synthetic inputs and weights.
func (v *Verification) cases(ctx context.Context, ref *reference.File, p *policy.Policy, o VerifyOptions) error {
	if o.TeacherForced {
		return errors.New("teacher forcing needs a whole-model reference")
	}
	for i := range ref.Cases {
		c := &ref.Cases[i]
		g, err := model.TraceCase(c.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", ref.Path, err)
		}
		in := &caseSource{source: weights.Synthetic{Seed: ref.Seed}, name: c.Name, scales: map[string]float32{}}
		for _, x := range c.Inputs {
			in.scales[x.Name] = float32(x.Scale)
		}
		if len(g.Outputs) != len(c.Outputs) {
			return fmt.Errorf("%s: case %s has %d outputs, want %d", ref.Path, c.Name, len(c.Outputs), len(g.Outputs))
		}
		var watched []*ops.Value
		probe := &agreementProbe{}
		for k := range c.Outputs {
			value := g.Outputs[k].Value
			if !value.Shape.Equal(c.Outputs[k].Shape) {
				return fmt.Errorf("%s: case %s has shape %v, want %v", ref.Path, c.Name, c.Outputs[k].Shape, value.Shape)
			}
			watched = append(watched, value)
			probe.arrays = append(probe.arrays, newArrayCheck(&c.Outputs[k]))
		}
		if err := replayOnce(ctx, g, p, watched, in.load, probe, o, nil); err != nil {
			return err
		}
		v.take(probe)
		if o.Progress != nil {
			o.Progress(float64(i+1), float64(len(ref.Cases)))
		}
	}
	return nil
}

// model replays the whole model, or as much of it as the taps of the reference need.
func (v *Verification) model(ctx context.Context, ref *reference.File, p *policy.Policy, o VerifyOptions) error {
	seq, err := referenceSequence(ref, o.FASTA)
	if err != nil {
		return err
	}
	organism, err := organismIndex(ref.Organism)
	if err != nil {
		return fmt.Errorf("%s: %w", ref.Path, err)
	}
	g := model.Trace(model.AlphaGenome(seq.Len()))
	taps := map[string]*ops.Value{}
	for _, t := range g.Taps {
		taps[t.Name] = t.Value
	}
	in := newInputs(weights.Synthetic{Seed: ref.Seed}, []*sequence.Sequence{seq}, []int32{organism})
	var watched []*ops.Value
	probe := &agreementProbe{}
	for i := range ref.Taps {
		want := &ref.Taps[i]
		value := taps[want.Name]
		if value == nil || !value.Shape.Equal(want.Shape) {
			v.Unknown = append(v.Unknown, want.Name)
			continue
		}
		watched = append(watched, value)
		probe.arrays = append(probe.arrays, newArrayCheck(want))
	}
	if len(watched) == 0 {
		return fmt.Errorf("%s: none of its taps is known, %q is nearest to %q", ref.Path, nearestTap(g, ref.Taps[0].Name), ref.Taps[0].Name)
	}
	if o.TeacherForced {
		force(g, in, ref, taps)
	}
	if err := replayOnce(ctx, g, p, watched, in.load, probe, o, o.Progress); err != nil {
		return err
	}
	v.take(probe)
	return nil
}

// nearestTap returns the tap whose name is nearest to a text, in which stars do not count.
func nearestTap(g *ops.Graph, text string) string {
	names := make([]string, len(g.Taps))
	for i, t := range g.Taps {
		names[i] = t.Name
	}
	return nearest.Name(strings.ReplaceAll(text, "*", ""), names)
}

// referenceSequence returns the sequence that a reference was made from: its own, or the first bases of a FASTA file.
func referenceSequence(ref *reference.File, fasta string) (*sequence.Sequence, error) {
	if fasta == "" {
		fasta = ref.Input.FASTA
	}
	if err := sequence.ValidLength(ref.Length); err != nil {
		return nil, fmt.Errorf("%s: %w", ref.Path, err)
	}
	if fasta == "" {
		return sequence.Random(uint64(ref.Input.Seed), ref.Length)
	}
	return sequence.FASTA(fasta, fmt.Sprintf(":0-%d", ref.Length))
}

// force replaces every tap that the reference holds whole by the reference's values for the equations that read it.
func force(g *ops.Graph, in *inputs, ref *reference.File, taps map[string]*ops.Value) {
	done := map[*ops.Value]bool{}
	for i := range ref.Taps {
		a := &ref.Taps[i]
		value := taps[a.Name]
		if value == nil || !value.Shape.Equal(a.Shape) || a.Len() != a.Size() || !value.DType.IsFloat() || done[value] {
			continue
		}
		done[value] = true
		t := ops.NewTensor(value.Shape, ops.StoreFloat32)
		for k := range t.F32 {
			t.F32[k] = float32(a.Float64(k))
		}
		leaf := "reference/" + a.Name
		g.Substitute(value, leaf)
		in.arguments[leaf] = t
	}
}

// replayOnce runs one policy and gives the watched values to a probe.
func replayOnce(ctx context.Context, g *ops.Graph, p *policy.Policy, watched []*ops.Value, load func(*ops.Value) (*ops.Tensor, error),
	probe cpu.Probe, o VerifyOptions, progress func(done, total float64)) error {
	plan, err := p.Plan(g)
	if err != nil {
		return err
	}
	_, err = cpu.Compile(g, []*ops.Plan{plan}, watched).Run(ctx, cpu.Options{
		Workers: max(o.Threads, 1), Load: load, Probe: probe,
		Progress: func(p cpu.Progress) {
			if progress != nil {
				progress(p.Done, p.Total)
			}
		},
	})
	return err
}

// take adds the agreements that a probe has gathered.
func (v *Verification) take(p *agreementProbe) {
	for _, c := range p.arrays {
		v.Arrays = append(v.Arrays, c.result())
	}
}

// caseSource gives a block case its synthetic inputs and weights.
type caseSource struct {
	source weights.Synthetic
	name   string
	scales map[string]float32
}

func (s *caseSource) load(v *ops.Value) (*ops.Tensor, error) {
	switch v.Input.Kind {
	case ops.Argument:
		scale, ok := s.scales[v.Input.Leaf]
		if !ok {
			return nil, fmt.Errorf("case %s: the reference does not describe input %q", s.name, v.Input.Leaf)
		}
		t := ops.NewTensor(v.Shape, ops.StoreFloat32)
		s.source.Uniform(t.F32, "case/"+s.name+"/"+v.Input.Leaf, scale)
		return t, nil
	case ops.Constant:
		return constant(v), nil
	}
	data, err := s.source.Tensor("case/"+s.name+"/"+v.Input.Module, v.Input.Leaf, v.Shape)
	if err != nil {
		return nil, err
	}
	return &ops.Tensor{Shape: v.Shape, F32: data}, nil
}
