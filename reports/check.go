package reports

import (
	"fmt"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// schema is the version of [results.Run] that this package understands.
const schema = 1

// check reports what would make a run unreadable: another schema, or taps whose figures do not match the policies.
func check(run *results.Run) error {
	if run.Schema != schema {
		return fmt.Errorf("reports: results have schema %d, want %d", run.Schema, schema)
	}
	for i := range run.Taps {
		if err := checkTap(&run.Taps[i], len(run.Policies)); err != nil {
			return err
		}
	}
	for i := range run.Variants {
		if err := checkTap(&run.Variants[i].Tap, len(run.Policies)); err != nil {
			return err
		}
	}
	if err := checkAblation(&run.Ablation); err != nil {
		return err
	}
	return checkSweep(&run.Sweep)
}

// checkTap reports lists of a tap that do not have an entry for each policy.
func checkTap(tap *results.Tap, policies int) error {
	if len(tap.Metrics) != policies {
		return fmt.Errorf("reports: tap %q has metrics of %d policies, want %d", tap.Name, len(tap.Metrics), policies)
	}
	if len(tap.Origin) != policies {
		return fmt.Errorf("reports: tap %q has origins of %d policies, want %d", tap.Name, len(tap.Origin), policies)
	}
	for _, list := range []struct {
		name    string
		entries int
	}{{"local errors", len(tap.Local)}, {"verdicts", len(tap.Verdict)}, {"scatters", len(tap.Scatter)}} {
		if list.entries != 0 && list.entries != policies {
			return fmt.Errorf("reports: tap %q has %s of %d policies, want %d", tap.Name, list.name, list.entries, policies)
		}
	}
	for i := range tap.Scatter {
		s := &tap.Scatter[i]
		if n := len(s.Counts); len(s.Median) != n || len(s.High) != n || s.Low < 0 || s.Low+n > metrics.ScatterBins {
			return fmt.Errorf("reports: tap %q has a scatter of %d bins from %d, with %d medians and %d bounds, at most %d bins",
				tap.Name, n, s.Low, len(s.Median), len(s.High), metrics.ScatterBins)
		}
	}
	return nil
}
