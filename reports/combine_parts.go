package reports

import (
	"fmt"
	"slices"

	"bf16lab/experiments/results"
)

// joinTaps puts the policies of all replays beside each other at every tap.
func (c *combination) joinTaps(out *results.Run) {
	var taps [][]results.Tap
	for _, r := range c.replays {
		for _, p := range r.Run.Policies {
			p.Name = c.label(p.Name, r)
			out.Policies = append(out.Policies, p)
		}
		taps = append(taps, r.Run.Taps)
	}
	rule, sameRule := c.rule()
	out.Rule = rule
	if !sameRule {
		out.Explanations = append(out.Explanations, results.Explanation{
			Text: "Verdicts are left out: the runs do not have them all with the same baseline and limits, so that they cannot stand in one table."})
	}
	sameUnit := !slices.ContainsFunc(c.replays, func(r LabelledRun) bool { return r.Run.LocalBy != out.LocalBy })
	if !sameUnit {
		out.LocalBy = ""
		out.Explanations = append(out.Explanations, results.Explanation{
			Text: "Local errors are left out: not all runs have them, or they are local to different things."})
	}
	for i := range c.baseTaps() {
		same := make([]*results.Tap, len(taps))
		for r := range taps {
			same[r] = &taps[r][i]
		}
		tap := joinTap(same)
		if !sameRule {
			tap.Verdict = nil
		}
		if !sameUnit {
			tap.Local = nil
		}
		out.Taps = append(out.Taps, tap)
	}
	c.joinVariants(out)
}

func (c *combination) baseTaps() []results.Tap {
	if len(c.replays) == 0 {
		return nil
	}
	return c.replays[0].Run.Taps
}

// rule is the rule of the verdicts with its baseline as it is called here, and whether all replays agree: on the rule, and on
// every bit of the baseline.
func (c *combination) rule() (rule results.VerdictRule, same bool) {
	if len(c.replays) == 0 {
		return rule, true
	}
	first := c.replays[0]
	for _, r := range c.replays {
		if r.Run.Rule != first.Run.Rule || baselineDigest(r.Run) != baselineDigest(first.Run) {
			return rule, false
		}
	}
	rule = first.Run.Rule
	rule.Baseline = c.label(rule.Baseline, first)
	return rule, true
}

// baselineDigest is the fingerprint of the policy that verdicts are relative to.
func baselineDigest(run *results.Run) string {
	for i := range run.Policies {
		if run.Policies[i].Name == run.Rule.Baseline {
			return run.Policies[i].Digest
		}
	}
	return ""
}

// joinTap makes one tap of those of several runs. Local errors, verdicts and scatters need an entry for each policy: they are
// kept only where every run has them.
func joinTap(taps []*results.Tap) results.Tap {
	out := *taps[0]
	out.Metrics, out.Origin, out.Local, out.Verdict, out.Scatter = nil, nil, nil, nil, nil
	has := func(entries func(*results.Tap) int) bool {
		return !slices.ContainsFunc(taps, func(t *results.Tap) bool { return entries(t) == 0 })
	}
	local := has(func(t *results.Tap) int { return len(t.Local) })
	verdict := has(func(t *results.Tap) int { return len(t.Verdict) })
	scatter := has(func(t *results.Tap) int { return len(t.Scatter) })
	for _, t := range taps {
		out.Metrics = append(out.Metrics, t.Metrics...)
		out.Origin = append(out.Origin, t.Origin...)
		if local {
			out.Local = append(out.Local, t.Local...)
		}
		if verdict {
			out.Verdict = append(out.Verdict, t.Verdict...)
		}
		if scatter {
			out.Scatter = append(out.Scatter, t.Scatter...)
		}
	}
	return out
}

// joinVariants puts together the variants that every replay has.
func (c *combination) joinVariants(out *results.Run) {
	if len(c.replays) == 0 {
		return
	}
	for _, v := range c.replays[0].Run.Variants {
		var same []*results.Tap
		for _, r := range c.replays {
			i := slices.IndexFunc(r.Run.Variants, func(w results.TapVariant) bool {
				return w.Imposed == v.Imposed && w.Name == v.Name && slices.Equal(w.Shape, v.Shape)
			})
			if i >= 0 {
				same = append(same, &r.Run.Variants[i].Tap)
			}
		}
		if len(same) == len(c.replays) {
			out.Variants = append(out.Variants, results.TapVariant{Imposed: v.Imposed, Tap: joinTap(same)})
		}
	}
}

// take puts the attribution that a run has into the combined one, and says from which run it is.
func (c *combination) take(out *results.Run, r LabelledRun) error {
	from := r.Run
	var taken []string
	for _, part := range []struct {
		name      string
		has, full bool
		take      func()
	}{
		{"ablation", newAblation(from) != nil, newAblation(out) != nil, func() { out.Ablation = from.Ablation }},
		{"search", newSearch(from) != nil, newSearch(out) != nil, func() { out.Search = from.Search }},
		{"sweep", newSweep(from) != nil, newSweep(out) != nil, func() { out.Sweep = from.Sweep }},
		{"non-finite", newAccidents(from) != nil, newAccidents(out) != nil, func() { out.NonFinite = from.NonFinite }},
	} {
		switch {
		case !part.has:
		case part.full:
			return fmt.Errorf("reports: more than one run has results of the kind %s, which cannot stand side by side: leave out %s or the other one", part.name, r.Label)
		default:
			part.take()
			taken = append(taken, part.name)
		}
	}
	if len(taken) > 0 && r.Run != c.base.Run {
		for _, name := range taken {
			out.Explanations = append(out.Explanations, results.Explanation{
				Text: fmt.Sprintf("The section on %s is of the run %s: %s, %s.", name, r.Label, modelText(from), inputText(from))})
		}
	}
	return nil
}
