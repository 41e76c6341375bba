package reports

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"

	"codeberg.org/sbinet/npyio/npz"
)

// array is one array of data.npz: a slice, or an array of arrays.
type array struct {
	name string
	data any
}

// arraysOf lists the arrays of data.npz:
//
//	tap, part, block                      (taps,)            names
//	policy                                (policies,)        names
//	relative_l2, max_absolute, ...        (policies, taps)   every measure of the page by its key
//	local_relative_l2, ..., gain          (policies, taps)   NaN where there is none
//	verdict_r, verdict_floor              (policies, taps)   NaN where there is none
//	ulp_histogram                         (policies, taps, bins)
//	ulp_bins                              (bins,)            smallest distance of each bin
//	ablation_group, ablation_share, ...   one array for each column of plots/ablation.csv
//	search_frontier_..., sweep_...        likewise
//
// A run without taps has the arrays of its own tables only. Arrays without elements are left out.
func arraysOf(run *results.Run) []array {
	var arrays []array
	if len(run.Taps) > 0 && len(run.Policies) > 0 {
		arrays = append(arrays, tapArrays(run)...)
	}
	for _, p := range pictures {
		if !slices.Contains(tableArrays, p.name) {
			continue
		}
		d := p.make(run)
		if d == nil {
			continue
		}
		for _, c := range d.table() {
			a := array{name: p.name + "_" + c.name, data: c.numbers}
			if c.texts != nil {
				a.data = c.texts
			}
			arrays = append(arrays, a)
		}
	}
	return arrays
}

// tableArrays are the pictures whose tables become arrays; those of taps are there in full.
var tableArrays = []string{"error_against_magnitude", "ablation", "search_frontier", "sweep"}

// tapArrays lists the arrays of taps and policies.
func tapArrays(run *results.Run) []array {
	ofTap := func(name string, of func(*results.Tap) string) array {
		return array{name, texts(name, len(run.Taps), func(i int) string { return of(&run.Taps[i]) }).texts}
	}
	arrays := []array{
		ofTap("tap", func(t *results.Tap) string { return t.Name }),
		ofTap("part", func(t *results.Tap) string { return t.Part }),
		ofTap("block", func(t *results.Tap) string { return t.Block }),
		{"policy", texts("policy", len(run.Policies), func(p int) string { return run.Policies[p].Name }).texts},
		{"ulp_bins", metrics.UlpBins[:]},
		{"ulp_histogram", ulpHistograms(run)},
	}
	for _, m := range measures {
		arrays = append(arrays, array{arrayName(m.Key), matrix(run, func(t *results.Tap, p int) float64 { return m.of(&t.Metrics[p]) })})
	}
	if hasLocal(run) {
		for _, m := range measures {
			arrays = append(arrays, array{"local_" + arrayName(m.Key), matrix(run, func(t *results.Tap, p int) float64 {
				if len(t.Local) == 0 {
					return math.NaN()
				}
				return m.of(&t.Local[p].Metrics)
			})})
		}
		arrays = append(arrays, array{"gain", matrix(run, gainOf)})
	}
	if newVerdicts(run) != nil {
		verdict := func(of func(results.Verdict) metrics.Number) any {
			return matrix(run, func(t *results.Tap, p int) float64 {
				if len(t.Verdict) == 0 {
					return math.NaN()
				}
				return float64(of(t.Verdict[p]))
			})
		}
		arrays = append(arrays,
			array{"verdict_r", verdict(func(v results.Verdict) metrics.Number { return v.R })},
			array{"verdict_floor", verdict(func(v results.Verdict) metrics.Number { return v.Floor })})
	}
	return arrays
}

// arrayName is a measure's key as a name of Python: within_1e-2 becomes within_1e2.
func arrayName(key string) string { return string(bytes.ReplaceAll([]byte(key), []byte("-"), nil)) }

// matrix is a figure by policy and tap.
func matrix(run *results.Run, of func(*results.Tap, int) float64) [][]float64 {
	m := make([][]float64, len(run.Policies))
	for p := range m {
		for i := range run.Taps {
			m[p] = append(m[p], of(&run.Taps[i], p))
		}
	}
	return m
}

// ulpHistograms counts elements by policy, tap and bin.
func ulpHistograms(run *results.Run) [][][]int64 {
	h := make([][][]int64, len(run.Policies))
	for p := range h {
		for i := range run.Taps {
			h[p] = append(h[p], run.Taps[i].Metrics[p].UlpHistogram[:])
		}
	}
	return h
}

// encodeArrays writes arrays as an archive that numpy.load reads.
func encodeArrays(arrays []array) ([]byte, error) {
	var b bytes.Buffer
	w := npz.NewWriter(&b)
	for _, a := range arrays {
		if reflect.ValueOf(a.data).Len() == 0 {
			continue
		}
		if err := w.Write(a.name+".npy", a.data); err != nil {
			return nil, fmt.Errorf("array %s: %w", a.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
