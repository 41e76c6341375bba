package experiments

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"bf16lab/bf16"
	"bf16lab/experiments/reference"
	"bf16lab/ops"
)

// Agreement says how far a replayed array agrees with the reference, over the elements that the reference holds.
type Agreement struct {
	Name       string  `json:"name"`
	DType      string  `json:"dtype"`
	Elements   int     `json:"elements"`
	Identical  int     `json:"identical"`   // elements with the same bits in the reference's dtype; NaN equals NaN
	MaxUlp     uint64  `json:"max_ulp"`     // largest distance in units of the dtype's grid, of elements that are finite on both sides
	RelativeL2 float64 `json:"relative_l2"` // |replay - reference| / |reference|; -1 where the reference is zero and the replay is not
}

// Share returns the share of identical elements, 1 for an empty array.
func (a Agreement) Share() float64 {
	if a.Elements == 0 {
		return 1
	}
	return float64(a.Identical) / float64(a.Elements)
}

// Totals returns the elements and identical elements of all arrays, how many arrays are exact, and the name of the one
// with the smallest share, the first of equals; empty where all are exact.
func (v *Verification) Totals() (elements, identical, exact int, worst string) {
	least := 1.0
	for _, a := range v.Arrays {
		elements += a.Elements
		identical += a.Identical
		if a.Identical == a.Elements {
			exact++
		}
		if s := a.Share(); s < least {
			least, worst = s, a.Name
		}
	}
	return elements, identical, exact, worst
}

// agreementProbe compares the watched values of the only plan with arrays of a reference.
type agreementProbe struct{ arrays []*arrayCheck }

// Begin does nothing: the checks are ready.
func (p *agreementProbe) Begin(int, int) {}

// End does nothing: every element is compared when it is observed.
func (p *agreementProbe) End(int) {}

// Observe compares the elements of a chunk that the reference holds.
func (p *agreementProbe) Observe(watch, _ int, offset int64, values []*ops.Tensor) {
	p.arrays[watch].observe(int(offset), values[0])
}

// arrayCheck compares the elements of one array. The elements of a reference may be scattered, so they are kept in the order
// of their positions.
type arrayCheck struct {
	want   *reference.Array
	format bf16.Format
	at     []position

	mu  sync.Mutex
	got []float64 // by element of the reference
}

type position struct{ index, element int }

func newArrayCheck(want *reference.Array) *arrayCheck {
	c := &arrayCheck{want: want, got: make([]float64, want.Len()), at: make([]position, want.Len())}
	c.format = bf16.Float32
	if f, err := bf16.Named(want.DType); err == nil {
		c.format = f
	}
	for k := range c.at {
		c.at[k] = position{want.Index(k), k}
		c.got[k] = math.NaN()
	}
	slices.SortFunc(c.at, func(a, b position) int { return cmp.Compare(a.index, b.index) })
	return c
}

func (c *arrayCheck) observe(offset int, t *ops.Tensor) {
	end := offset + t.Shape.Size()
	lo, _ := slices.BinarySearchFunc(c.at, offset, func(p position, i int) int { return cmp.Compare(p.index, i) })
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.at[lo:] {
		if p.index >= end {
			return
		}
		c.got[p.element] = t.Element(p.index - offset)
	}
}

// result compares in the order of the reference. A value is rounded to the reference's dtype first: a tap that a policy keeps
// wider is compared as the framework would have handed it out.
func (c *arrayCheck) result() Agreement {
	a := Agreement{Name: c.want.Name, DType: c.want.DType, Elements: len(c.got)}
	var difference, size float64
	for k, got := range c.got {
		want := c.want.Float64(k)
		got = c.format.Round64(got)
		if math.Float64bits(got) == math.Float64bits(want) || got != got && want != want {
			a.Identical++
		}
		if d := got - want; !math.IsNaN(d) && !math.IsInf(d, 0) {
			a.MaxUlp = max(a.MaxUlp, c.format.UlpDistance(got, want))
			difference += float64(d * d)
			size += float64(want * want)
		}
	}
	switch {
	case difference == 0:
	case size == 0:
		a.RelativeL2 = -1
	default:
		a.RelativeL2 = math.Sqrt(difference / size)
	}
	return a
}
