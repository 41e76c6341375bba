package results

import (
	"fmt"
	"math"
	"slices"

	"bf16lab/experiments/metrics"
)

// checkRule reports the first contradiction in what local errors and verdicts were made with.
func (r *Run) checkRule() error {
	switch r.LocalBy {
	case "", "module", "primitive":
	default:
		return fmt.Errorf("local_by: %.80q is neither module nor primitive", r.LocalBy)
	}
	if r.Rule == (VerdictRule{}) {
		return nil
	}
	if !slices.ContainsFunc(r.Policies, func(p Policy) bool { return p.Name == r.Rule.Baseline }) {
		return fmt.Errorf("verdict_rule.baseline: %.80q is none of the policies", r.Rule.Baseline)
	}
	if b := r.Rule.Better; !(b > 0 && b <= 1) {
		return fmt.Errorf("verdict_rule.better: %v, want a ratio above 0 and at most 1", b)
	}
	if w := r.Rule.Worse; !(w >= 1 && w <= math.MaxFloat64) {
		return fmt.Errorf("verdict_rule.worse: %v, want a ratio of at least 1", w)
	}
	return nil
}

// checkAttribution reports the first contradiction in what a tap has besides the comparison itself. Each list has one entry for
// each policy or none, and is there only if the run says what it was made with.
func (t *Tap) checkAttribution(r *Run, elements int64) error {
	for _, list := range []struct {
		name      string
		entries   int
		explained bool
	}{{"local", len(t.Local), r.LocalBy != ""}, {"verdict", len(t.Verdict), r.Rule != VerdictRule{}}, {"scatter", len(t.Scatter), true}} {
		if list.entries != 0 && list.entries != len(r.Policies) {
			return fmt.Errorf("%s: %d entries for %d policies", list.name, list.entries, len(r.Policies))
		}
		if list.entries != 0 && !list.explained {
			return fmt.Errorf("%s: the run does not say what it was made with", list.name)
		}
	}
	for i := range t.Local {
		if err := checkMetrics(&t.Local[i].Metrics, r.looked(elements), elements); err != nil {
			return fmt.Errorf("local[%d].metrics.%w", i, err)
		}
		if t.Local[i].Gain < 0 {
			return fmt.Errorf("local[%d].gain: %v is negative", i, t.Local[i].Gain)
		}
	}
	for i, v := range t.Verdict {
		switch {
		case v.R < 0 || v.Floor < 0:
			return fmt.Errorf("verdict[%d]: r is %v and floor %v, want no negative ratio", i, v.R, v.Floor)
		case !slices.Contains([]string{VerdictExact, VerdictWithin, VerdictWorse, VerdictBetter}, v.Word):
			return fmt.Errorf("verdict[%d].word: %.80q is none of the verdicts", i, v.Word)
		}
	}
	for i := range t.Scatter {
		if err := t.Scatter[i].check(r.looked(elements)); err != nil {
			return fmt.Errorf("scatter[%d].%w", i, err)
		}
	}
	return nil
}

// check reports the first contradiction in the bins of a tap with a number of elements.
func (s *Scatter) check(elements int64) error {
	if len(s.Median) != len(s.Counts) || len(s.High) != len(s.Counts) {
		return fmt.Errorf("counts: %d bins, %d medians and %d high quantiles", len(s.Counts), len(s.Median), len(s.High))
	}
	if s.Low < 0 || s.Low+len(s.Counts) > metrics.ScatterBins {
		return fmt.Errorf("low: %d bins from bin %d on, there are %d", len(s.Counts), s.Low, metrics.ScatterBins)
	}
	left := elements
	for i, n := range s.Counts {
		if n < 0 || n > left {
			return fmt.Errorf("counts[%d]: %d of %d elements that are left", i, n, left)
		}
		left -= n
		if s.Median[i] > s.High[i] || s.Median[i] < 0 {
			return fmt.Errorf("median[%d]: %v, with %v for 99 %%", i, s.Median[i], s.High[i])
		}
	}
	return nil
}
