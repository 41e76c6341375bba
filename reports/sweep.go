package reports

import (
	"fmt"
	"math"
	"slices"

	"bf16lab/experiments/results"
)

// sweep is what the report shows of a sweep.
type sweep struct {
	Outputs  []string       `json:"outputs"`
	Policies []string       `json:"policies"` // in the order in which they appear
	Cells    []sweepCell    `json:"cells"`
	Missing  int            `json:"missing"`
	Lines    [][]sweepPoint `json:"lines"` // by output: of each length and policy, lengths growing
}

// sweepCell is one replay under one policy.
type sweepCell struct {
	Length    int      `json:"length"`
	Input     string   `json:"input"`
	Organism  string   `json:"organism"`
	Seed      uint64   `json:"seed"`
	Policy    int      `json:"policy"`
	Errors    []number `json:"errors"` // relative L2 by output
	NonFinite int64    `json:"non_finite"`
	Digest    string   `json:"digest"`
}

// sweepPoint is the error of a policy at a length over all cells that have both.
type sweepPoint struct {
	Policy int    `json:"policy"`
	Length int    `json:"length"`
	Cells  int    `json:"cells"`
	Low    number `json:"low"`
	Median number `json:"median"`
	High   number `json:"high"`
}

// newSweep collects what is shown of a sweep; nil for a run without one.
func newSweep(run *results.Run) *sweep {
	from := &run.Sweep
	if len(from.Cells) == 0 && from.Missing == 0 {
		return nil
	}
	s := &sweep{Outputs: from.Outputs, Policies: []string{}, Cells: []sweepCell{}, Missing: from.Missing, Lines: [][]sweepPoint{}}
	for _, c := range from.Cells {
		policy := slices.Index(s.Policies, c.Policy)
		if policy < 0 {
			policy = len(s.Policies)
			s.Policies = append(s.Policies, c.Policy)
		}
		s.Cells = append(s.Cells, sweepCell{c.Length, c.Input, c.Organism, c.Seed, policy, numberList(c.RelativeL2), c.NonFinite,
			c.Digest})
	}
	for output := range s.Outputs {
		s.Lines = append(s.Lines, s.line(output))
	}
	return s
}

// line summarises the cells of each length and policy at an output.
func (s *sweep) line(output int) []sweepPoint {
	type key struct{ policy, length int }
	errors := map[key][]number{}
	for _, c := range s.Cells {
		if v := c.Errors[output]; !math.IsNaN(float64(v)) {
			k := key{c.Policy, c.Length}
			errors[k] = append(errors[k], v)
		}
	}
	points := []sweepPoint{}
	for k, values := range errors {
		slices.Sort(values)
		n := len(values)
		points = append(points, sweepPoint{k.policy, k.length, n, values[0], (values[(n-1)/2] + values[n/2]) / 2, values[n-1]})
	}
	slices.SortFunc(points, func(a, b sweepPoint) int {
		if a.Policy != b.Policy {
			return a.Policy - b.Policy
		}
		return a.Length - b.Length
	})
	return points
}

// checkSweep reports cells whose errors do not match the outputs.
func checkSweep(s *results.Sweep) error {
	for i := range s.Cells {
		n := len(s.Cells[i].RelativeL2)
		if err := checkEntry("sweep.cells", i, "number of errors", n, n == len(s.Outputs)); err != nil {
			return err
		}
	}
	return nil
}

// checkEntry reports the first of the figures of an entry, given as name, value and whether it is right, that is wrong.
func checkEntry(list string, i int, figures ...any) error {
	for f := 0; f < len(figures); f += 3 {
		if !figures[f+2].(bool) {
			return fmt.Errorf("reports: %s[%d] has an unknown %s: %.80v", list, i, figures[f], figures[f+1])
		}
	}
	return nil
}
