package reports

import (
	"strings"
	"testing"

	"bf16lab/experiments/results"
)

// TestVerdictLead: a run of kind verdict opens with what was compared, the count of verdicts and the worst of them.
func TestVerdictLead(t *testing.T) {
	run := attributedRun(t)
	run.Kind = results.KindVerdict
	v := newVerdicts(run)
	worst := v.Rows[0]
	for _, row := range v.Rows {
		if row.R > worst.R {
			worst = row
		}
	}
	lead := leadWords(run, newFindings(run))
	if len(lead) != 3 {
		t.Fatalf("%d sentences, want 3", len(lead))
	}
	for _, p := range run.Policies {
		if judged := strings.Contains(lead[1].markdown(), "`"+p.Name+"`: "); judged == (p.Name == run.Rule.Baseline) {
			t.Errorf("%s is judged: %t", p.Name, judged)
		}
	}
	for _, want := range []string{formatRatio(worst.R), "`" + run.Policies[worst.Policy].Name + "`", verdictMeaning[v.Words[worst.Word]]} {
		if !strings.Contains(lead[2].markdown(), want) {
			t.Errorf("%q does not say %q", lead[2].markdown(), want)
		}
	}
}
