package experiments

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/model"
)

// sweepFile returns what is kept of the replay of cell i.
func sweepFile(plan *results.SweepPlan, i int, run *results.Run) *results.SweepFile {
	replay := &plan.Replays[i]
	f := &results.SweepFile{Reference: run.Reference.Digest}
	for p := range run.Policies {
		cell := results.SweepCell{
			Length: replay.Length, Input: replay.Input, Organism: replay.Organism, Seed: replay.Seed,
			Policy: run.Policies[p].Name, Digest: run.Policies[p].Digest,
		}
		for _, output := range plan.Outputs {
			at := slices.IndexFunc(run.Taps, func(t results.Tap) bool { return t.Name == output })
			cell.RelativeL2 = append(cell.RelativeL2, metrics.Number(run.Taps[at].Metrics[p].RelativeL2))
		}
		for k := range run.Taps {
			cell.NonFinite += onlyTestNonFinite(&run.Taps[k].Metrics[p])
		}
		f.Cells = append(f.Cells, cell)
	}
	return f
}

// onlyTestNonFinite counts the elements that are not finite although the reference's are.
func onlyTestNonFinite(m *metrics.Metrics) int64 {
	return m.Elements - m.Reference.NaN - m.Reference.PosInf - m.Reference.NegInf - m.Compared
}

// sweepResults returns the table of a sweep, without times. files has nil for what is not there.
func sweepResults(plan *results.SweepPlan, files []*results.SweepFile, o Options) *results.Run {
	run := newRun(plan.Name, plan.Config, o)
	run.Kind = results.KindSweep
	run.Reference, run.Policies = plan.Reference, plan.Policies
	run.Sweep.Outputs = plan.Outputs
	for _, f := range files {
		if f == nil {
			run.Sweep.Missing++
			continue
		}
		run.Sweep.Cells = append(run.Sweep.Cells, f.Cells...)
	}
	longest := 0
	var inputs, organisms, seeds []string
	for i := range plan.Replays {
		r := &plan.Replays[i]
		longest = max(longest, r.Length)
		inputs = addOnce(inputs, r.Input)
		organisms = addOnce(organisms, r.Organism)
		seeds = addOnce(seeds, fmt.Sprint(r.Seed))
	}
	run.Model = modelResult("seeds "+strings.Join(seeds, ", "), model.Trace(model.AlphaGenome(longest)))
	run.Input = results.Input{Source: strings.Join(inputs, "; "), Length: longest, Batch: 1, Organisms: organisms}
	return run
}

// addOnce appends a text that is not in the list yet.
func addOnce(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
