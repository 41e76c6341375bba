package reports

import (
	"fmt"

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
	return nil
}

func checkTap(tap *results.Tap, policies int) error {
	if len(tap.Metrics) != policies {
		return fmt.Errorf("reports: tap %q has metrics of %d policies, want %d", tap.Name, len(tap.Metrics), policies)
	}
	if len(tap.Origin) != policies {
		return fmt.Errorf("reports: tap %q has origins of %d policies, want %d", tap.Name, len(tap.Origin), policies)
	}
	return nil
}
