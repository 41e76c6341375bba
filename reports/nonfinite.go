package reports

import (
	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// nonFiniteRow is one tap with NaN or infinite values on either side; policies with the same counts share a row.
type nonFiniteRow struct {
	Tap      int            `json:"tap"`
	Origin   results.Origin `json:"origin"`
	Policies []int          `json:"policies"`
	Test     nonFiniteSide  `json:"test"`
	Ref      nonFiniteSide  `json:"reference"`
}

// nonFiniteSide counts the non-finite values of one side.
type nonFiniteSide struct {
	NaN    int64 `json:"nan"`
	PosInf int64 `json:"positive_infinity"`
	NegInf int64 `json:"negative_infinity"`
	First  int64 `json:"first"` // flat index, -1 if there is none
}

// any reports whether the side has a non-finite value.
func (s nonFiniteSide) any() bool { return s.NaN != 0 || s.PosInf != 0 || s.NegInf != 0 }

// newNonFinite lists all taps with non-finite values: created ones first, then inherited ones, then those that the
// reference has too; inside each group in execution order.
func newNonFinite(run *results.Run) []nonFiniteRow {
	rows := []nonFiniteRow{}
	for _, origin := range []results.Origin{
		results.OriginCreated, results.OriginInherited, results.OriginNone, results.OriginReference,
	} {
		for i := range run.Taps {
			rows = appendNonFinite(rows, &run.Taps[i], i, origin)
		}
	}
	return rows
}

// appendNonFinite appends the rows of one tap whose origin is the given one.
func appendNonFinite(rows []nonFiniteRow, tap *results.Tap, index int, origin results.Origin) []nonFiniteRow {
	start := len(rows)
	for p := range tap.Metrics {
		test, reference := sideOf(&tap.Metrics[p].Test), sideOf(&tap.Metrics[p].Reference)
		if tap.Origin[p] != origin || !test.any() && !reference.any() {
			continue
		}
		merged := false
		for r := start; r < len(rows); r++ {
			if rows[r].Test == test && rows[r].Ref == reference {
				rows[r].Policies = append(rows[r].Policies, p)
				merged = true
			}
		}
		if !merged {
			rows = append(rows, nonFiniteRow{index, origin, []int{p}, test, reference})
		}
	}
	return rows
}

// sideOf takes the non-finite counts of a side; First is -1 when there are none, whatever the results say.
func sideOf(s *metrics.Side) nonFiniteSide {
	side := nonFiniteSide{s.NaN, s.PosInf, s.NegInf, s.FirstAt}
	if !side.any() {
		side.First = -1
	}
	return side
}
