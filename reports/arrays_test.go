package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/sbinet/npyio/npz"
)

// TestArrays reads data.npz back: names, shapes and types of all arrays, and single values.
func TestArrays(t *testing.T) {
	run := goldenRuns(t)["why"]
	b, err := encodeArrays(arraysOf(run))
	if err != nil {
		t.Fatal(err)
	}
	r, err := npz.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, name := range r.Keys() {
		h := r.Header(name)
		fmt.Fprintf(&list, "%s %s %v\n", strings.TrimSuffix(name, ".npy"), h.Descr.Type, h.Descr.Shape)
	}
	golden(t, "why_arrays.txt", []byte(list.String()))

	var relativeL2 []float64
	if err := r.Read("relative_l2.npy", &relativeL2); err != nil {
		t.Fatal(err)
	}
	for p := range run.Policies {
		for i := range run.Taps {
			if got, want := relativeL2[p*len(run.Taps)+i], run.Taps[i].Metrics[p].RelativeL2; got != want {
				t.Fatalf("policy %d, tap %d: %g, want %g", p, i, got, want)
			}
		}
	}
	var ulps []int64
	if err := r.Read("ulp_histogram.npy", &ulps); err != nil {
		t.Fatal(err)
	}
	bins := len(run.Taps[0].Metrics[0].UlpHistogram)
	if got, want := ulps[(len(run.Taps)+2)*bins+3], run.Taps[2].Metrics[1].UlpHistogram[3]; got != want {
		t.Errorf("ulp_histogram[1, 2, 3] is %d, want %d", got, want)
	}
}

// TestArraysOfAnyRun checks that runs of all kinds and of no data have an archive.
func TestArraysOfAnyRun(t *testing.T) {
	for kind, run := range bareRuns() {
		b, err := encodeArrays(arraysOf(run))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := npz.NewReader(bytes.NewReader(b), int64(len(b))); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	empty := measuredRun(t)
	empty.Taps = nil
	if arrays := arraysOf(empty); len(arrays) != 0 {
		t.Errorf("arrays of a run without taps: %v", arrays)
	}
}
