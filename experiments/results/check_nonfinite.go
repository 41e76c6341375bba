package results

import (
	"fmt"
	"math"
	"slices"

	"bf16lab/experiments/metrics"
)

// check reports the first contradiction in the report of non-finite values of a run.
func (n *NonFinite) check(r *Run) error {
	own := len(r.Sources) == 0 // else the policies are those of a source
	if own && len(n.Policies) != 0 && len(n.Policies) != len(r.Policies) {
		return fmt.Errorf("policies: %d entries for %d policies", len(n.Policies), len(r.Policies))
	}
	for i := range n.Policies {
		p := &n.Policies[i]
		if own && p.Policy != r.Policies[i].Name {
			return fmt.Errorf("policies[%d].policy: %.80q, the run has %.80q", i, p.Policy, r.Policies[i].Name)
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("policies[%d].%w", i, err)
		}
	}
	return nil
}

func (p *NonFinitePolicy) check() error {
	if !(p.Limit > 0) || math.IsInf(float64(p.Limit), 1) {
		return fmt.Errorf("limit: %v is not the largest number of a format", p.Limit)
	}
	if p.Largest.Value < 0 || isNonFinite(p.Largest.Value) {
		return fmt.Errorf("largest.value: %v is not a finite magnitude", p.Largest.Value)
	}
	for i, c := range p.Created {
		switch {
		case i > 0 && c.Equation <= p.Created[i-1].Equation:
			return fmt.Errorf("created[%d].equation: %d after %d", i, c.Equation, p.Created[i-1].Equation)
		case c.Equation < 0 || c.Count < 1 || c.Index < 0:
			return fmt.Errorf("created[%d]: equation %d, %d elements from %d on", i, c.Equation, c.Count, c.Index)
		case !isNonFinite(c.Value):
			return fmt.Errorf("created[%d].value: %v is finite", i, c.Value)
		case slices.ContainsFunc(c.Operands, isNonFinite):
			return fmt.Errorf("created[%d].operands: one is not finite, so nothing was created", i)
		}
	}
	for i, m := range p.Near {
		switch {
		case !slices.Contains([]string{NearOverflow, NearSubnormal, NearCancellation}, m.Kind):
			return fmt.Errorf("near[%d].kind: %.80q is none of the kinds", i, m.Kind)
		case m.Equation < 0 || m.Count < 1 || m.Index < 0:
			return fmt.Errorf("near[%d]: equation %d, %d elements, the worst at %d", i, m.Equation, m.Count, m.Index)
		case !(m.Worst > 0) || isNonFinite(m.Worst):
			return fmt.Errorf("near[%d].worst: %v, want a finite number above 0", i, m.Worst)
		}
	}
	for i, a := range p.Arguments {
		if !(a.Low <= a.High) || a.Count < 1 {
			return fmt.Errorf("arguments[%d]: %d elements between %v and %v", i, a.Count, a.Low, a.High)
		}
	}
	return nil
}

func isNonFinite(x metrics.Number) bool { return x-x != 0 }
