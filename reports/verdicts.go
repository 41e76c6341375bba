package reports

import (
	"slices"

	"bf16lab/experiments/results"
)

// verdictWords are the words of a verdict in the order of their weight.
var verdictWords = []string{results.VerdictWorse, results.VerdictWithin, results.VerdictBetter, results.VerdictExact}

// verdicts is what the report shows of verdicts.
type verdicts struct {
	Rule   verdictRule  `json:"rule"`
	Words  []string     `json:"words"`
	Counts [][]int      `json:"counts"` // by policy, as in Words
	Rows   []verdictRow `json:"rows"`
}

type verdictRule struct {
	Baseline string `json:"baseline"`
	Floor    string `json:"floor"`
	Better   number `json:"better"`
	Worse    number `json:"worse"`
}

// verdictRow is the verdict on one tap under one policy.
type verdictRow struct {
	Tap    int    `json:"tap"`
	Policy int    `json:"policy"`
	R      number `json:"r"`
	Floor  number `json:"floor"`
	Word   int    `json:"word"` // index into Words
}

// newVerdicts collects the verdicts, in the order of the taps; nil for a run without any. The baseline, which is exact by
// definition, is left out.
func newVerdicts(run *results.Run) *verdicts {
	rule := run.Rule
	v := &verdicts{Words: verdictWords, Rows: []verdictRow{},
		Rule: verdictRule{rule.Baseline, rule.Floor, number(rule.Better), number(rule.Worse)}}
	for range run.Policies {
		v.Counts = append(v.Counts, make([]int, len(verdictWords)))
	}
	for i := range run.Taps {
		for p, verdict := range run.Taps[i].Verdict {
			word := slices.Index(verdictWords, verdict.Word)
			if word < 0 || run.Policies[p].Name == rule.Baseline {
				continue
			}
			v.Counts[p][word]++
			v.Rows = append(v.Rows, verdictRow{i, p, number(verdict.R), number(verdict.Floor), word})
		}
	}
	if len(v.Rows) == 0 {
		return nil
	}
	return v
}
