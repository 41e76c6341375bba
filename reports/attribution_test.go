package reports

import (
	"bytes"
	"maps"
	"slices"
	"testing"
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
