package reports

import (
	"maps"
	"slices"
	"testing"
)

// TestTables holds the CSV files of a run that has them all.
func TestTables(t *testing.T) {
	run := goldenRuns(t)["why"]
	for _, p := range pictures {
		d := p.make(run)
		if d == nil {
			t.Fatalf("the run has no data for %s", p.name)
		}
		golden(t, "why_"+p.name+".csv", d.table().csv())
	}
}

// TestNotes holds the debug notes of all kinds of run.
func TestNotes(t *testing.T) {
	runs := bareRuns()
	maps.Copy(runs, goldenRuns(t))
	runs["measured"] = measuredRun(t)
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		golden(t, name+"_notes.md", newNotes(runs[name]))
	}
}
