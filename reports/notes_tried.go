package reports

import (
	"fmt"
	"strings"

	"bf16lab/experiments/results"
)

// tried lists what was run: the policies, the groups of an ablation, the sets of a search, the cells of a sweep.
func (n *notes) tried(run *results.Run) {
	n.heading("What was tried")
	n.item("Reference %s. Model %s. Input %s, %s bases.", codeSpan(run.Reference.Name), escapeMarkdown(modelText(run)),
		escapeMarkdown(run.Input.Source), formatCount(run.Input.Length))
	for i := range run.Policies {
		n.item("Policy %s: %s", codeSpan(run.Policies[i].Name), escapeMarkdown(run.Policies[i].Description))
	}
	if a := newAblation(run); a != nil && len(a.Outputs) > 0 {
		n.triedGroups(a)
	}
	if s := newSearch(run); s != nil {
		n.triedSets(s)
	}
	if s := newSweep(run); s != nil {
		n.item("Sweep: %s under %s, %s missing", plural(len(s.Cells), "cell"), codeList(s.Policies), formatCount(s.Missing))
	}
}

// triedGroups lists the groups of an ablation with what each direction gave at the main output.
func (n *notes) triedGroups(a *ablation) {
	output := a.mainOutput()
	for _, g := range a.ranked(output) {
		var parts []string
		for _, d := range directionsOf(a.Bars[output][g]) {
			parts = append(parts, d.name+" "+shareText(d))
		}
		if parts != nil {
			n.item("%s at %s: %s", codeSpan(a.Groups[g].Name), codeSpan(a.Outputs[output]), strings.Join(parts, "; "))
		}
	}
	for _, s := range a.Sums[output] {
		n.item("Shares of %s add up to %s, all groups together give %s (interaction %s)", s.Direction,
			formatPercent(float64(s.Sum)), formatPercent(float64(s.All)), formatPercent(float64(s.Interaction)))
	}
}

// namedSet is the largest set of a search that is written out; larger ones are counted.
const namedSet = 3

// triedSets lists the sets of a search, the larger ones as a number.
func (n *notes) triedSets(s *search) {
	larger, passed := 0, 0
	for _, step := range s.Steps {
		if len(step.Restored) > namedSet {
			larger++
			if step.Passed {
				passed++
			}
			continue
		}
		n.item("Search: restoring %s leaves %s (%s)", codeList(step.Restored), formatError(float64(step.Reached), 3), underBound(step.Passed))
	}
	if larger > 0 {
		n.item("Search: of %s of more than %d names %d came under the bound", plural(larger, "set"), namedSet, passed)
	}
}

func underBound(passed bool) string {
	if passed {
		return "under the bound"
	}
	return "not under the bound"
}

// codeList sets names as code with commas between them.
func codeList(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = codeSpan(name)
	}
	return strings.Join(quoted, ", ")
}

// nextSteps says what would answer the questions that the results leave open.
func nextSteps(run *results.Run, findings []finding) []string {
	var steps []string
	add := func(format string, arguments ...any) { steps = append(steps, fmt.Sprintf(format, arguments...)) }
	a, s := newAblation(run), newSearch(run)
	created := false
	for i := range findings {
		created = created || findings[i].NonFinite.Created > 0
	}
	if len(findings) > 0 && len(run.Taps) > 0 && hasLayers(run) && !hasLocal(run) {
		add("Replay with local errors: they tell what a module adds from what it inherits.")
	}
	if a == nil && kindOf(run) != results.KindNonFinite {
		add("Run an ablation (`kind: ablation`): it proves which group of roundings causes the error.")
	}
	if a != nil && s == nil {
		add("Run a search (`kind: search`): it finds the sites inside of the group, and the cheapest set to keep in %s.", codeSpan(a.Reference))
	}
	if a != nil && len(a.Runs) == 1 {
		add("Repeat the ablation with other weight seeds and inputs: one run has no interval.")
	}
	if s != nil && s.Found && len(s.Groups) > 0 {
		add("Replay a policy that keeps %s in %s, and port that change.", codeList(s.Groups), codeSpan(s.Reference))
	}
	if created && newAccidents(run) == nil {
		add("Run `kind: nonfinite`: it names the equation and the operands that make the first NaN or infinity.")
	}
	if newSweep(run) == nil {
		add("Run a sweep (`kind: sweep`) over lengths and seeds: this is one length (%s bases) only.", formatCount(run.Input.Length))
	}
	return steps
}

// commandsOf lists the commands that repeat a run: those of the runs that it was put together from first.
func commandsOf(run *results.Run) []string {
	var commands []string
	for _, source := range run.Sources {
		if len(source.Command) > 0 {
			commands = append(commands, shellCommand(source.Command))
		}
	}
	if len(run.Command) > 0 {
		commands = append(commands, shellCommand(run.Command))
	}
	return commands
}
