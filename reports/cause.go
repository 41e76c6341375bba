package reports

import (
	"math"
	"slices"
	"strings"

	"bf16lab/experiments/results"
)

// Shares of the squared error from which on a group is called the cause, or at least the largest one.
const (
	causeShare = 0.5
	partShare  = 0.25
)

// causeWords says what causes the error of a policy: proved by an ablation or a search, else supposed from local errors,
// else from where the error rises. The finding may be nil where no tap was compared.
func causeWords(run *results.Run, f *finding) sentence {
	proof := ablationCause(newAblation(run))
	if found := searchCause(newSearch(run)); found != nil {
		if proof != nil {
			proof = append(proof, piece{Text: "; "})
		}
		proof = append(proof, found...)
	}
	switch {
	case proof != nil:
		proof[0].Text = strings.ToUpper(proof[0].Text[:1]) + proof[0].Text[1:]
		return append(proof, piece{Text: "."})
	case f == nil || f.First < 0:
		return nil
	case len(f.Sources) > 0:
		return append(localWords(run, f), piece{Text: "; that is where, and an ablation would prove which rounding."})
	}
	return riseCause(f)
}

// ablationCause names the group whose rescue explains most, as the beginning of a sentence.
func ablationCause(a *ablation) sentence {
	if a == nil || len(a.Outputs) == 0 {
		return nil
	}
	output := a.mainOutput()
	order := a.ranked(output)
	if len(order) == 0 {
		return nil
	}
	best := a.Bars[output][order[0]].main()
	if best == nil || math.IsNaN(float64(best.Share)) {
		return nil
	}
	group, share := name(a.Groups[order[0]].Name), piece{Text: formatPercent(float64(best.Share)), Kind: kindFigure}
	done := "restoring it alone explains"
	if a.Bars[output][order[0]].Rescue == nil {
		done = "alone in the reference it makes"
	}
	var s sentence
	switch {
	case best.Share >= causeShare:
		s = say("the cause is %s: "+done+" %s of the squared error", group, share)
	case best.Share >= partShare:
		s = say("the largest cause is %s: "+done+" %s of the squared error", group, share)
	default:
		s = say("no single group of roundings causes it: the largest, %s, explains %s of the squared error", group, share)
	}
	s = append(s, say(" at %s", name(a.Outputs[output]))...)
	if a.Bars[output][order[0]].Rescue != nil {
		s = append(s, say(" (relative L2 from %s to %s)", errorFigure(best.Base), errorFigure(best.After))...)
	}
	if len(order) > 1 {
		if next := a.Bars[output][order[1]].main(); next != nil && !math.IsNaN(float64(next.Share)) {
			s = append(s, say("; the next, %s, %s", name(a.Groups[order[1]].Name), piece{Text: formatPercent(float64(next.Share)), Kind: kindFigure})...)
		}
	}
	return s
}

// searchCause says what a search found, without capital and full stop.
func searchCause(f *search) sentence {
	if f == nil {
		return nil
	}
	bound := threeDigits(f.Bound)
	if !f.Found {
		return say("no set of groups that was tried brings it under %s", bound)
	}
	if len(f.Groups) == 0 {
		return say("it is under %s with nothing restored", bound)
	}
	s := say("the smallest set that brings it under %s is ", bound)
	for i, group := range f.Groups {
		if i > 0 {
			s = append(s, piece{Text: " with "})
		}
		s = append(s, name(group))
	}
	return append(s, say(" (%s is left)", threeDigits(f.Reached))...)
}

// localWords names the modules with the largest error of their own, without a full stop.
func localWords(run *results.Run, f *finding) sentence {
	s := say("On the reference’s inputs ")
	for i, source := range f.Sources {
		switch {
		case i == 0:
			s = append(s, say("%s adds most (%s by itself)", tapName(run, source.Tap), errorFigure(source.Error))...)
		case i == len(f.Sources)-1:
			s = append(s, say(" and %s (%s)", tapName(run, source.Tap), errorFigure(source.Error))...)
		default:
			s = append(s, say(", then %s (%s)", tapName(run, source.Tap), errorFigure(source.Error))...)
		}
	}
	return s
}

// riseCause names the block across which the error rises most.
func riseCause(f *finding) sentence {
	if len(f.Rises) == 0 {
		return say("It rises across no single block; an ablation would prove which rounding causes it.")
	}
	r := f.Rises[0]
	return say("The block %s adds most (from %s to %s); an ablation would prove which rounding causes it.",
		name(r.Block), errorFigure(r.From), errorFigure(r.To))
}

// nonFiniteLead says which policies were watched, where the first non-finite value is made, and how near the others come.
func nonFiniteLead(run *results.Run) []sentence {
	var names []string
	var first *results.Creation
	creator := ""
	closest := -1 // policy whose largest result is closest to an overflow
	nearness := func(i int) float64 {
		p := &run.NonFinite.Policies[i]
		return float64(p.Largest.Value) / float64(p.Limit)
	}
	for i := range run.NonFinite.Policies {
		p := &run.NonFinite.Policies[i]
		names = append(names, p.Policy)
		made := slices.IndexFunc(p.Created, func(c results.Creation) bool { return !c.ByDesign })
		if made >= 0 && first == nil {
			first, creator = &p.Created[made], p.Policy
		}
		if p.Largest.Equation >= 0 && p.Limit > 0 && (closest < 0 || nearness(i) > nearness(closest)) {
			closest = i
		}
	}
	watched := say("Every equation was watched for NaN and infinite values under ")
	for i, policy := range names {
		if i > 0 {
			watched = append(watched, piece{Text: " and "})
		}
		watched = append(watched, name(policy))
	}
	lead := []sentence{append(watched, say(", on %s bases of %s.", formatCount(run.Input.Length), run.Input.Source)...)}
	if first == nil {
		lead = append(lead, say("No policy makes a NaN or an infinity of finite operands that the reference does not make too."))
	} else {
		lead = append(lead, say("%s makes the first one in %s of %s (equation %s), of finite operands.",
			name(creator), name(first.Primitive), name(first.Module), formatCount(first.Equation)))
	}
	if closest >= 0 {
		lead = append(lead, largestWords(&run.NonFinite.Policies[closest]))
	}
	return lead
}

// largestWords says how close the largest result under a policy is to an overflow.
func largestWords(p *results.NonFinitePolicy) sentence {
	l := &p.Largest
	value, limit := errorFigure(float64(l.Value)), errorFigure(float64(p.Limit))
	if l.Value > p.Limit {
		return say("The largest result is one of %s in %s under %s: %s, beyond the %s that the policy’s format holds, so that a wider one keeps it.",
			name(l.Primitive), name(l.Module), name(p.Policy), value, limit)
	}
	return say("The closest to an overflow is a result of %s in %s under %s: %s, with %s as the largest number of the format.",
		name(l.Primitive), name(l.Module), name(p.Policy), value, limit)
}

// threeDigits is an error that is compared with a bound.
func threeDigits(v number) piece {
	return piece{Text: formatError(float64(v), 3), Kind: kindFigure}
}
