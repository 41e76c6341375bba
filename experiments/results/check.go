package results

import (
	"fmt"
	"math"

	"bf16lab/experiments/metrics"
)

// Schema is the version of the layout that this package reads and writes.
const Schema = 1

// Bounds on what a Run may hold; they are far beyond any replay and keep a hostile file from costing more than its size.
const (
	maxPolicies = 1000
	maxTaps     = 100_000
	maxRank     = 16
	maxElements = 1 << 48
)

// Check reports the first contradiction in r as an error that names the field.
//
// It looks at the version, at the bounds, at the lists that must have one entry for each policy, and at counts that must add
// up; it does not judge whether figures are plausible.
func (r *Run) Check() error {
	if r.Schema != Schema {
		return fmt.Errorf("schema: version %d, want %d", r.Schema, Schema)
	}
	if r.Samples < 0 || r.StripElements < 0 {
		return fmt.Errorf("samples: %d, in strips of %d elements", r.Samples, r.StripElements)
	}
	if !isDuration(r.Seconds) {
		return fmt.Errorf("seconds: %v is not a duration", r.Seconds)
	}
	if err := r.Reference.check(); err != nil {
		return fmt.Errorf("reference.%w", err)
	}
	if err := checkPolicies(r.Policies); err != nil {
		return err
	}
	if len(r.Sources) > maxPolicies {
		return fmt.Errorf("sources: %d, at most %d can be read", len(r.Sources), maxPolicies)
	}
	for i := range r.Sources {
		if r.Sources[i].Label == "" {
			return fmt.Errorf("sources[%d].label: empty", i)
		}
	}
	if err := r.checkRule(); err != nil {
		return err
	}
	if err := r.NonFinite.check(r); err != nil {
		return fmt.Errorf("nonfinite.%w", err)
	}
	if len(r.Taps) > maxTaps || len(r.Variants) > maxTaps {
		return fmt.Errorf("taps: %d and %d variants, at most %d can be read", len(r.Taps), len(r.Variants), maxTaps)
	}
	for i := range r.Taps {
		if err := r.Taps[i].check(r); err != nil {
			return fmt.Errorf("taps[%d].%w", i, err)
		}
	}
	for i := range r.Variants {
		if err := r.Variants[i].check(r); err != nil {
			return fmt.Errorf("variants[%d].%w", i, err)
		}
	}
	if err := r.Ablation.check(); err != nil {
		return fmt.Errorf("ablation.%w", err)
	}
	if err := r.Search.check(); err != nil {
		return fmt.Errorf("search.%w", err)
	}
	if err := r.checkSweep(); err != nil {
		return fmt.Errorf("sweep.%w", err)
	}
	return nil
}

func checkPolicies(policies []Policy) error {
	if len(policies) > maxPolicies {
		return fmt.Errorf("policies: %d, at most %d can be read", len(policies), maxPolicies)
	}
	names := map[string]bool{}
	for i := range policies {
		p := &policies[i]
		if err := p.check(); err != nil {
			return fmt.Errorf("policies[%d].%w", i, err)
		}
		if names[p.Name] {
			return fmt.Errorf("policies[%d].name: %.80q is there twice", i, p.Name)
		}
		names[p.Name] = true
	}
	return nil
}

func (p *Policy) check() error {
	if p.Name == "" {
		return fmt.Errorf("name: empty")
	}
	if !isDuration(p.Seconds) {
		return fmt.Errorf("seconds: %v is not a duration", p.Seconds)
	}
	return nil
}

func isDuration(seconds float64) bool {
	return seconds >= 0 && seconds <= math.MaxFloat64
}

// check reports the first contradiction in a tap of a run.
func (t *Tap) check(r *Run) error {
	policies := len(r.Policies)
	if t.Name == "" {
		return fmt.Errorf("name: empty")
	}
	elements, err := t.elements()
	if err != nil {
		return err
	}
	if len(t.Metrics) != policies {
		return fmt.Errorf("metrics: %d entries for %d policies", len(t.Metrics), policies)
	}
	if len(t.Origin) != policies {
		return fmt.Errorf("origin: %d entries for %d policies", len(t.Origin), policies)
	}
	for i := range t.Metrics {
		if err := checkMetrics(&t.Metrics[i], r.looked(elements), elements); err != nil {
			return fmt.Errorf("metrics[%d].%w", i, err)
		}
	}
	for i, origin := range t.Origin {
		switch origin {
		case OriginNone, OriginReference, OriginCreated, OriginInherited:
		default:
			return fmt.Errorf("origin[%d]: %.80q is none of the origins", i, origin)
		}
	}
	return t.checkAttribution(r, elements)
}

// elements returns the product of the shape, 1 for a scalar.
func (t *Tap) elements() (int64, error) {
	if len(t.Shape) > maxRank {
		return 0, fmt.Errorf("shape: %d axes, at most %d can be read", len(t.Shape), maxRank)
	}
	empty := false
	product := int64(1)
	for i, n := range t.Shape {
		switch {
		case n < 0:
			return 0, fmt.Errorf("shape[%d]: %d is negative", i, n)
		case n == 0:
			empty = true
		case int64(n) > maxElements/product:
			return 0, fmt.Errorf("shape: more than %d elements", int64(maxElements))
		default:
			product *= int64(n)
		}
	}
	if empty {
		return 0, nil
	}
	return product, nil
}

// looked returns how many of the elements of a tap were compared: all, or as many as there are samples.
func (r *Run) looked(elements int64) int64 {
	if r.Samples == 0 {
		return elements
	}
	return min(elements, int64(r.Samples))
}

// checkMetrics reports the first contradiction in the metrics of a tap with a number of elements, so many of which were
// looked at.
func checkMetrics(m *metrics.Metrics, looked, elements int64) error {
	if m.Elements != looked {
		return fmt.Errorf("elements: %d, the shape has %d", m.Elements, elements)
	}
	if m.Compared < 0 || m.Compared > looked {
		return fmt.Errorf("compared: %d of %d elements", m.Compared, looked)
	}
	left := m.Compared
	for i, n := range m.UlpHistogram {
		if n < 0 || n > left {
			return fmt.Errorf("ulp_histogram[%d]: %d of %d elements that are left", i, n, left)
		}
		left -= n
	}
	if left != 0 {
		return fmt.Errorf("ulp_histogram: %d compared elements are in no bin", left)
	}
	if m.MaxAbsoluteIndex < -1 || m.MaxAbsoluteIndex >= elements {
		return fmt.Errorf("max_absolute_index: %d of %d elements", m.MaxAbsoluteIndex, elements)
	}
	if err := checkSide(&m.Reference, looked, elements); err != nil {
		return fmt.Errorf("reference.%w", err)
	}
	if err := checkSide(&m.Test, looked, elements); err != nil {
		return fmt.Errorf("test.%w", err)
	}
	return nil
}

// checkSide reports the first contradiction in one side of the metrics of a tap with a number of elements, so many of which
// were looked at.
func checkSide(s *metrics.Side, looked, elements int64) error {
	left := looked
	for _, c := range []struct {
		name  string
		count int64
	}{{"nan", s.NaN}, {"positive_infinity", s.PosInf}, {"negative_infinity", s.NegInf}} {
		if c.count < 0 || c.count > left {
			return fmt.Errorf("%s: %d of %d elements that are left", c.name, c.count, left)
		}
		left -= c.count
	}
	if s.FirstAt < -1 || s.FirstAt >= elements || (s.FirstAt >= 0) != (left < looked) {
		return fmt.Errorf("first_non_finite: %d, with %d of %d elements not finite", s.FirstAt, looked-left, looked)
	}
	return nil
}
