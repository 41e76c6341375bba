package reports

import (
	"math"
	"strconv"

	"bf16lab/experiments/results"
)

// verdictLead opens a run whose point is its verdicts: what was compared, how each policy was judged, and where the worst
// verdict fell.
func verdictLead(run *results.Run, v *verdicts) []sentence {
	lead := []sentence{comparedWords(run), judgedWords(run, v)}
	if s := worstVerdict(run, v); s != nil {
		lead = append(lead, s)
	}
	return lead
}

// judgedWords counts the verdicts on every policy but the baseline.
func judgedWords(run *results.Run, v *verdicts) sentence {
	s := say("Taps judged by the error of %s (R is a policy’s error over this one):", name(v.Rule.Baseline))
	separator := " "
	for p := range run.Policies {
		if run.Policies[p].Name == v.Rule.Baseline {
			continue
		}
		s = append(s, say(separator+"%s: %s", name(run.Policies[p].Name), verdictText(v, p))...)
		separator = "; "
	}
	return append(s, say(".")...)
}

// worstVerdict names the tap with the largest R, nil if no R is a number.
func worstVerdict(run *results.Run, v *verdicts) sentence {
	worst := -1
	for i, row := range v.Rows {
		if !math.IsNaN(float64(row.R)) && (worst < 0 || row.R > v.Rows[worst].R) {
			worst = i
		}
	}
	if worst < 0 {
		return nil
	}
	row := v.Rows[worst]
	return say("The largest R is %s, of %s at %s: %s.", formatRatio(row.R), name(run.Policies[row.Policy].Name), tapName(run, row.Tap),
		verdictMeaning[v.Words[row.Word]])
}

// formatRatio writes a ratio of errors with three digits.
func formatRatio(r number) string { return strconv.FormatFloat(float64(r), 'g', 3, 64) }

// verdictMeaning says in words what a verdict means.
var verdictMeaning = map[string]string{
	results.VerdictExact:  "the same bits as the baseline",
	results.VerdictWithin: "within what bfloat16 itself costs",
	results.VerdictWorse:  "worse than what bfloat16 itself costs",
	results.VerdictBetter: "better than what bfloat16 itself costs",
}
