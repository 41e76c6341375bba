package reports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"bf16lab/experiments/results"
)

// localSource is a place that makes error of its own.
type localSource struct {
	Tap   int    `json:"tap"`
	Error number `json:"error"` // local relative L2
	Gain  number `json:"gain"`
}

// sourcesShown is how many sources of local error a finding names.
const sourcesShown = 3

// hasLocal reports whether any tap has local errors.
func hasLocal(run *results.Run) bool {
	return slices.ContainsFunc(run.Taps, func(t results.Tap) bool { return len(t.Local) > 0 })
}

// localUnit is what local errors are local to: module or primitive.
func localUnit(run *results.Run) string { return cmp.Or(run.LocalBy, "module") }

// localL2 is the local error of a tap, NaN where there is none.
func localL2(tap *results.Tap, policy int) float64 {
	if len(tap.Local) == 0 {
		return math.NaN()
	}
	return tap.Local[policy].Metrics.RelativeL2
}

// gainOf is the gain at a tap, NaN where there is none.
func gainOf(tap *results.Tap, policy int) float64 {
	if len(tap.Local) == 0 {
		return math.NaN()
	}
	return float64(tap.Local[policy].Gain)
}

// localSources returns the taps of the trunk with the largest local error under a policy, largest first. A
// module is named once, and not after a module inside of it, whose error it hands on. Infinite errors, of a reference that is zero, are no measure of size and left out.
func localSources(run *results.Run, policy int) []localSource {
	sources := []localSource{}
	for i := range run.Taps {
		v := localL2(&run.Taps[i], policy)
		if isTrunk(run.Taps[i].Part) && v > 0 && !math.IsInf(v, 1) {
			sources = append(sources, localSource{i, number(v), number(gainOf(&run.Taps[i], policy))})
		}
	}
	slices.SortStableFunc(sources, func(a, b localSource) int { return cmp.Compare(b.Error, a.Error) })
	var named []string
	sources = slices.DeleteFunc(sources, func(s localSource) bool {
		module := run.Taps[s.Tap].Module
		if slices.ContainsFunc(named, func(n string) bool { return n == module || strings.HasPrefix(n, module+"/") }) {
			return true
		}
		named = append(named, module)
		return false
	})
	return sources[:min(len(sources), sourcesShown)]
}
