package reports

import (
	"math"

	"bf16lab/experiments/results"
)

// leadWords says in three sentences what was compared, where the error starts and what causes it; a run that cannot say all
// of it has fewer.
func leadWords(run *results.Run, findings []finding) []sentence {
	switch a, s, w := newAblation(run), newSearch(run), newSweep(run); {
	case kindOf(run) == results.KindAblation && a != nil:
		return withCause(ablationLead(a), causeWords(run, nil))
	case kindOf(run) == results.KindSearch && s != nil:
		return withCause([]sentence{searchLead(s)}, causeWords(run, nil))
	case kindOf(run) == results.KindNonFinite && newAccidents(run) != nil:
		return nonFiniteLead(run)
	case kindOf(run) == results.KindSweep && w != nil:
		return sweepLead(run, w)
	case kindOf(run) == results.KindVerdict && newVerdicts(run) != nil:
		return verdictLead(run, newVerdicts(run))
	case len(run.Taps) > 0 && len(run.Policies) > 0:
		main := mainPolicy(run, findings)
		return withCause([]sentence{comparedWords(run), startWords(run, &findings[main])}, causeWords(run, &findings[main]))
	}
	return []sentence{say("Nothing was compared: the run has %s policies and %s taps.",
		formatCount(len(run.Policies)), formatCount(len(run.Taps)))}
}

// withCause adds the sentence about the cause, if there is one.
func withCause(lead []sentence, cause sentence) []sentence {
	if cause == nil {
		return lead
	}
	return append(lead, cause)
}

// mainPolicy is the policy that the opening is about: that of an ablation or a search, else the one that ends farthest from
// the reference at the 1 bp embedding, else the first.
func mainPolicy(run *results.Run, findings []finding) int {
	for _, name := range []string{run.Ablation.Policy, run.Search.Policy} {
		for p := range run.Policies {
			if run.Policies[p].Name == name {
				return p
			}
		}
	}
	main, largest := 0, math.NaN()
	for p := range findings {
		if v := findings[p].Embeddings[0]; v != nil && worse(float64(*v), largest) {
			main, largest = p, float64(*v)
		}
	}
	return main
}

// comparedWords says what was compared with what.
func comparedWords(run *results.Run) sentence {
	verb := "policies were"
	if len(run.Policies) == 1 {
		verb = "policy was"
	}
	return say("%s precision "+verb+" compared with %s at %s named values of %s, computed from %s bases of %s.",
		countWord(len(run.Policies)), name(run.Reference.Name), formatCount(len(run.Taps)), modelText(run),
		formatCount(run.Input.Length), run.Input.Source)
}

// modelText is the model with its weights.
func modelText(run *results.Run) string {
	if run.Model.Weights == "" {
		return run.Model.Name
	}
	return run.Model.Name + " (weights: " + run.Model.Weights + ")"
}

// startWords says where the error of a policy starts, where it passes the threshold, and what is left of it at the end.
func startWords(run *results.Run, f *finding) sentence {
	if f.First < 0 {
		return say("Under %s no value differs from the reference.", name(f.Policy))
	}
	s := say("The error of %s starts at %s (tap %s of %s)", name(f.Policy), tapName(run, f.First),
		formatCount(f.First+1), formatCount(len(run.Taps)))
	limit := piece{Text: formatError(threshold, 1), Kind: kindFigure}
	switch {
	case f.FirstOver < 0:
		s = append(s, say(", never passes %s", limit)...)
	case f.FirstOver == f.First:
		s = append(s, say(", where it passes %s at once", limit)...)
	default:
		s = append(s, say(", first passes %s at %s (%s)", limit, tapName(run, f.FirstOver), partLabel(run.Taps[f.FirstOver].Part))...)
	}
	if v := f.Embeddings[0]; v != nil && !math.IsNaN(float64(*v)) {
		s = append(s, say(", and is %s at the 1 bp embedding: %s", errorFigure(*v), gloss(float64(*v)))...)
	}
	return append(s, piece{Text: "."})
}

// ablationLead says what an ablation compared, and what there is to explain.
func ablationLead(a *ablation) []sentence {
	output := a.mainOutput()
	lead := []sentence{say("%s groups of roundings of %s were restored to %s one at a time (rescue), or alone given to it (injure), in %s.",
		countWord(len(a.Groups)), name(a.Policy), name(a.Reference), plural(len(a.Runs), "run"))}
	if len(a.Outputs) > 0 {
		for _, g := range a.ranked(output) {
			if bar := a.Bars[output][g].main(); bar != nil {
				return append(lead, say("The error to explain is a relative L2 of %s at %s: %s.",
					errorFigure(bar.Base), name(a.Outputs[output]), gloss(float64(bar.Base))))
			}
		}
	}
	return lead
}

// searchLead says what was looked for.
func searchLead(s *search) sentence {
	return say("The smallest set of roundings of %s was looked for that, restored to %s, brings the relative L2 at %s from %s under %s in %s.",
		name(s.Policy), name(s.Reference), name(s.Output), errorFigure(s.Base), errorFigure(s.Bound), plural(s.Runs, "run"))
}

// sweepLead says what was swept over, and between which cells the error lies.
func sweepLead(run *results.Run, s *sweep) []sentence {
	lead := []sentence{say("%s cells of lengths, inputs, organisms, weights and policies were compared with %s.",
		countWord(len(s.Cells)), name(run.Reference.Name))}
	if len(s.Outputs) == 0 {
		return lead
	}
	low, high := -1, -1
	for i := range s.Cells {
		v := float64(s.Cells[i].Errors[0])
		if math.IsNaN(v) {
			continue
		}
		if low < 0 || v < float64(s.Cells[low].Errors[0]) {
			low = i
		}
		if high < 0 || v > float64(s.Cells[high].Errors[0]) {
			high = i
		}
	}
	if high < 0 {
		return lead
	}
	cell := func(i int) sentence {
		c := &s.Cells[i]
		return say("%s at %s bases with seed %s (%s)", name(s.Policies[c.Policy]), formatCount(c.Length), formatCount(int64(c.Seed)), errorFigure(c.Errors[0]))
	}
	words := append(say("At %s the error is largest under ", name(s.Outputs[0])), cell(high)...)
	words = append(append(words, piece{Text: " and smallest under "}), cell(low)...)
	return append(lead, append(words, piece{Text: "."}), say("A sweep says how far the error depends on what is computed; an ablation would prove which rounding causes it."))
}
