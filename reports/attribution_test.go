package reports

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAttributionWords holds the opening sentences of runs that say why.
func TestAttributionWords(t *testing.T) {
	runs := bareRuns()
	runs["replay with everything"] = attributedRun(t)
	runs["replay with local errors"] = fullRun(t)
	addAttribution(runs["replay with local errors"])
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(runs)) {
		b.WriteString("== " + name + "\n")
		for _, s := range leadWords(runs[name], newFindings(runs[name])) {
			b.WriteString(s.String() + "\n")
		}
	}
	golden(t, "attribution_words.txt", b.Bytes())
}

// TestFoldWords folds three sentences or more that begin alike, and leaves all others as they are.
func TestFoldWords(t *testing.T) {
	got := foldWords([]string{"a: 1", "a: 2", "b", "c: x: 1", "c: 2", "c: 3", "d"})
	want := []foldedWords{{"a: 1", []string{}}, {"a: 2", []string{}}, {"b", []string{}}, {"c", []string{"x: 1", "2", "3"}}, {"d", []string{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
