package experiments

import (
	"context"
	"flag"
	"math"
	"os"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"bf16lab/bf16"
	"bf16lab/experiments/reference"
	"bf16lab/model"
	"bf16lab/model/sequence"
	"bf16lab/model/weights"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

var (
	referenceFile = flag.String("reference", "", "npz file of a whole-model reference that TestReference replays")
	referenceTaps = flag.String("taps", "", "prefix of the taps that TestReference compares")
	referencePlan = flag.String("policy", "", "policy that TestReference uses instead of the one of the mode")
)

// tapCheck compares the elements that a reference holds of one tap.
type tapCheck struct {
	want  *reference.Array
	at    []int // positions of the elements, ascending
	order []int // which element of the reference each of them is

	mu                      sync.Mutex
	seen, identical         int
	difference, size, worst float64
}

func newTapCheck(want *reference.Array) *tapCheck {
	c := &tapCheck{want: want, order: make([]int, want.Len())}
	for k := range c.order {
		c.order[k] = k
	}
	sort.Slice(c.order, func(i, j int) bool { return want.Index(c.order[i]) < want.Index(c.order[j]) })
	for _, k := range c.order {
		c.at = append(c.at, want.Index(k))
	}
	return c
}

func (c *tapCheck) observe(offset int, t *ops.Tensor) {
	lo, _ := slices.BinarySearch(c.at, offset)
	hi, _ := slices.BinarySearch(c.at, offset+t.Shape.Size())
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := lo; i < hi; i++ {
		got, want := elementOf(t, c.at[i]-offset), c.want.Float64(c.order[i])
		if c.want.DType == "bfloat16" {
			got = float64(bf16.FromBFloat16(bf16.ToBFloat16(float32(got))))
		}
		c.seen++
		if math.Float64bits(got) == math.Float64bits(want) || got != got && want != want {
			c.identical++
		}
		if d := got - want; d == d && !math.IsInf(d, 0) {
			c.difference += d * d
			c.size += want * want
		}
	}
}

func elementOf(t *ops.Tensor, i int) float64 {
	switch {
	case t.BF16 != nil:
		return float64(bf16.FromBFloat16(t.BF16[i]))
	case t.F64 != nil:
		return t.F64[i]
	case t.I32 != nil:
		return float64(t.I32[i])
	case t.Bool != nil:
		if t.Bool[i] {
			return 1
		}
		return 0
	}
	return float64(t.F32[i])
}

// tapProbe hands watched values to their checks.
type tapProbe struct {
	checks []*tapCheck
	done   func(watch int)
}

func (p *tapProbe) Begin(int, int) {}
func (p *tapProbe) End(watch int)  { p.done(watch) }
func (p *tapProbe) Observe(watch, _ int, offset int64, values []*ops.Tensor) {
	p.checks[watch].observe(int(offset), values[0])
}


// TestReference replays a whole-model reference and compares every tap:
//
//	go test ./experiments -run TestReference -v -reference bf16-prim-4096.npz
func TestReference(t *testing.T) {
	if *referenceFile == "" {
		t.Skip("no -reference")
	}
	ref, err := reference.Load(*referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	name := *referencePlan
	if name == "" {
		name = policyOfMode[ref.Mode]
	}
	p, err := policy.Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	g := model.Trace(model.AlphaGenome(ref.Length))
	plan, err := p.Plan(g)
	if err != nil {
		t.Fatal(err)
	}
	taps := map[string]*ops.Value{}
	for _, tap := range g.Taps {
		taps[tap.Name] = tap.Value
	}
	var watched []*ops.Value
	probe := &tapProbe{}
	missing := 0
	for i := range ref.Taps {
		want := &ref.Taps[i]
		if !strings.HasPrefix(want.Name, *referenceTaps) {
			continue
		}
		v := taps[want.Name]
		if v == nil || !v.Shape.Equal(want.Shape) {
			missing++
			t.Logf("%s is not a tap", want.Name)
			continue
		}
		watched = append(watched, v)
		probe.checks = append(probe.checks, newTapCheck(want))
	}
	probe.done = func(watch int) {
		if c := probe.checks[watch]; c.identical < c.seen && os.Getenv("V") != "" {
			println(c.want.Name, c.identical, c.seen)
		}
	}
	seq, err := sequence.Random(uint64(ref.Input.Seed), ref.Length)
	if err != nil {
		t.Fatal(err)
	}
	in := newInputs(weights.Synthetic{Seed: ref.Seed}, []*sequence.Sequence{seq}, []int32{0})
	program := cpu.Compile(g, []*ops.Plan{plan}, watched)
	if _, err := program.Run(context.Background(), cpu.Options{Workers: 2, Load: in.load, Probe: probe}); err != nil {
		t.Fatal(err)
	}
	elements, identical, exact := 0, 0, 0
	for _, c := range probe.checks {
		elements += c.want.Len()
		identical += c.identical
		if c.seen != c.want.Len() {
			t.Errorf("%s: %d of %d elements were seen", c.want.Name, c.seen, c.want.Len())
		}
		if c.identical == c.want.Len() {
			exact++
			continue
		}
		t.Errorf("%s (%s %v): %d of %d identical, relative L2 %.2e", c.want.Name, c.want.DType, c.want.Shape, c.identical, c.want.Len(), math.Sqrt(c.difference/c.size))
	}
	t.Logf("identical: %d/%d elements, %d/%d exact, %d not found", identical, elements, exact, len(probe.checks), missing)
}
