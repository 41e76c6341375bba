package reports

import (
	"math"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// errorRun is a run of one policy whose taps have the given parts, blocks and errors.
func errorRun(taps ...errorTap) *results.Run {
	run := &results.Run{Schema: 1, Policies: []results.Policy{{Name: "policy"}}}
	for _, tap := range taps {
		run.Taps = append(run.Taps, results.Tap{Part: tap.part, Block: tap.block, Origin: []results.Origin{""},
			Metrics: []metrics.Metrics{{RelativeL2: tap.relativeL2}}})
	}
	return run
}

type errorTap struct {
	part, block string
	relativeL2  float64
}

func TestBands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"encoder", "tower", "pair"})).Draw(t, "parts")
		var taps []results.Tap
		for _, p := range parts {
			taps = append(taps, results.Tap{Part: p})
		}
		at, before := 0, ""
		for i, b := range bandsOf(taps) {
			if b.From != at || b.To <= b.From || i > 0 && b.Part == before {
				t.Fatalf("band %d is %v after tap %d of part %q", i, b, at, before)
			}
			for ; at < b.To; at++ {
				if parts[at] != b.Part {
					t.Fatalf("tap %d of part %q lies in band %v", at, parts[at], b)
				}
			}
			before = b.Part
		}
		if at != len(parts) {
			t.Fatalf("bands end at %d of %d taps", at, len(parts))
		}
	})
}

func TestBlocks(t *testing.T) {
	run := errorRun(errorTap{"encoder", "a", 1}, errorTap{"encoder", "a", 2}, errorTap{"encoder", "", 3}, errorTap{"encoder", "a", 4},
		errorTap{"head", "a", 9}, errorTap{"head", "a", 7}, errorTap{"head", "a", math.NaN()})
	want := []block{{"encoder", "a", []int{0, 1, 3}}, {"encoder", "encoder", []int{2}}, {"head", "a", []int{4, 5, 6}}}
	if diff := cmp.Diff(want, blocksOf(run.Taps)); diff != "" {
		t.Error(diff)
	}
	wantRuns := []block{{"encoder", "a", []int{0, 1}}, {"encoder", "encoder", []int{2}}, {"encoder", "a", []int{3}}, {"head", "a", []int{4, 5, 6}}}
	if diff := cmp.Diff(wantRuns, blockRuns(run.Taps)); diff != "" {
		t.Error(diff)
	}
	if got := want[0].shown(run.Taps, 0); got != 3 {
		t.Errorf("trunk block shows tap %d, want its last", got)
	}
	if got := want[2].shown(run.Taps, 0); got != 4 {
		t.Errorf("head shows tap %d, want its worst", got)
	}
}

func TestWorse(t *testing.T) {
	ranked := []float64{math.NaN(), 0, 1e-30, 1, math.Inf(1)} // from harmless to worst
	for i, a := range ranked {
		for j, b := range ranked {
			if got := worse(a, b); got != (i > j) {
				t.Errorf("worse(%g, %g) is %t", a, b, got)
			}
		}
	}
}

func TestRises(t *testing.T) {
	cases := map[string]struct {
		taps []errorTap
		want []rise
	}{
		"the first block starts from nothing": {
			[]errorTap{{"encoder", "a", 3}, {"encoder", "a", 4}},
			[]rise{{"encoder", "a", 0, 4, 4}},
		},
		"elsewhere the first tap is what comes in": {
			[]errorTap{{"tower", "a", 3}, {"tower", "a", 5}},
			[]rise{{"tower", "a", 3, 5, 4}},
		},
		"the block before counts if its error is larger": {
			[]errorTap{{"tower", "a", 3}, {"tower", "b", 1}, {"tower", "b", 5}},
			[]rise{{"tower", "b", 3, 5, 4}},
		},
		"a spike is no rise": {
			[]errorTap{{"tower", "a", 3}, {"tower", "a", 5}, {"tower", "b", 3}, {"tower", "c", 3}, {"tower", "d", 5}},
			[]rise{},
		},
		"of a rise that falls back a little only the rest counts": {
			[]errorTap{{"tower", "a", 3}, {"tower", "a", 9}, {"tower", "b", 5}, {"tower", "c", 5}, {"tower", "d", 8}},
			[]rise{{"tower", "a", 3, 9, 4}},
		},
		"one dip does not hide a rise": {
			[]errorTap{{"tower", "a", 3}, {"tower", "a", 5}, {"tower", "b", 1}, {"tower", "c", 5}, {"tower", "d", 5}, {"tower", "e", 5}, {"tower", "f", 5}},
			[]rise{{"tower", "a", 3, 5, 4}},
		},
		"a rise at the end of a part must show in the rest of the trunk": {
			[]errorTap{{"tower", "a", 3}, {"tower", "a", 5}, {"pair", "p", 3}, {"pair", "p", 5}, {"decoder", "d", 3}},
			[]rise{},
		},
		"each part has its own path": {
			[]errorTap{{"tower", "a", 3}, {"tower", "a", 5}, {"pair", "p", 1}, {"pair", "q", 1}, {"tower", "b", 5}},
			[]rise{{"tower", "a", 3, 5, 4}},
		},
		"heads and outputs are no blocks of the trunk": {
			[]errorTap{{"head", "a", 3}, {"head", "a", 5}, {"output", "b", 3}, {"output", "b", 5}},
			[]rise{},
		},
		"three are named, largest first": {
			[]errorTap{{"encoder", "a", 1}, {"encoder", "b", 1}, {"encoder", "b", 9}, {"encoder", "c", 9}, {"encoder", "c", 15}, {"encoder", "d", 16}, {"encoder", "d", 40}},
			[]rise{{"encoder", "d", 16, 40, number(math.Sqrt(24 * 56))}, {"encoder", "c", 9, 15, 12}, {"encoder", "b", 1, 9, number(math.Sqrt(80))}},
		},
		"undefined and infinite errors are not ranked": {
			[]errorTap{{"encoder", "a", math.NaN()}, {"tower", "b", 1}, {"tower", "b", math.Inf(1)}},
			[]rise{},
		},
	}
	for name, c := range cases {
		run := errorRun(c.taps...)
		if diff := cmp.Diff(c.want, newFindings(run)[0].Rises); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestNonFinite(t *testing.T) {
	rows := newNonFinite(fullRun(t))
	var groups []results.Origin
	for _, row := range rows {
		if n := len(groups); n == 0 || groups[n-1] != row.Origin {
			groups = append(groups, row.Origin)
		}
	}
	want := []results.Origin{results.OriginCreated, results.OriginInherited, results.OriginReference}
	if diff := cmp.Diff(want, groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	// The made-up policies are copies of the first, so they share its rows.
	for _, row := range rows {
		if row.Origin == results.OriginReference && row.Policies[0] == 0 && len(row.Policies) != 3 {
			t.Errorf("tap %d: policies %v, want 0 with its two copies", row.Tap, row.Policies)
		}
	}
}

func TestJunctions(t *testing.T) {
	run := fullRun(t)
	j := newJunctions(run)
	if diff := cmp.Diff([]string{"splice-site positions of the reference"}, j.Imposed); diff != "" {
		t.Error(diff)
	}
	if len(j.Rows) != 3*4 || len(j.Positions) != 4 {
		t.Fatalf("%d rows and %d positions, want 12 and 4", len(j.Rows), len(j.Positions))
	}
	for _, row := range j.Rows {
		own, imposed := row.Cells[0], row.Cells[1]
		if own == nil || imposed == nil || imposed.RelativeL2 > own.RelativeL2 {
			t.Errorf("row %v has cells %v and %v", row, own, imposed)
		}
	}
	run.Variants = nil
	if j := newJunctions(run); len(j.Imposed) != 0 || len(j.Rows[0].Cells) != 1 {
		t.Errorf("without variants: %d imposed, %d cells", len(j.Imposed), len(j.Rows[0].Cells))
	}
}

func TestDecades(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(1e-300, 1e300).Draw(t, "a")
		b := rapid.Float64Range(a, 1e301).Draw(t, "b")
		low, high := decades(a, b)
		if low >= high || math.Log10(a) < float64(low) || math.Log10(b) > float64(high) {
			t.Fatalf("[%g, %g] gives 1e%d to 1e%d", a, b, low, high)
		}
	})
	if low, high := decades(math.Inf(1), math.Inf(-1)); low != -3 || high != 0 {
		t.Errorf("nothing gives 1e%d to 1e%d", low, high)
	}
}
