package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"bf16lab/experiments/results"
)

// writeAblation writes a table for each direction of an ablation: the relative L2 at each output with a group rescued or injured
// and, behind it, the share of the squared error that it explains; the largest share at the first output first.
func writeAblation(w io.Writer, a *results.Ablation) {
	for _, direction := range []string{results.Rescue, results.Injure} {
		groups := groupsByShare(a, direction)
		if len(groups) == 0 {
			continue
		}
		title := "Rescue: " + a.Policy + " with one group as in " + a.Reference
		if direction == results.Injure {
			title = "Injure: " + a.Reference + " with one group as in " + a.Policy
		}
		fmt.Fprintf(w, "\n%s: relative L2 and share of the squared error, mean of %d\n\n", title, len(a.Runs))
		table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
		fmt.Fprint(table, "group\tequations")
		for _, output := range a.Outputs {
			fmt.Fprintf(table, "\t%s\tshare", outputName(output))
		}
		fmt.Fprintln(table)
		for _, g := range groups {
			fmt.Fprintf(table, "%s\t%d", g.Name, g.Equations)
			for _, output := range a.Outputs {
				s := shareOf(a, g.Name, direction, output)
				fmt.Fprintf(table, "\t%s\t%s", errorText(float64(s.RelativeL2)), percent(float64(s.Mean)))
			}
			fmt.Fprintln(table)
		}
		writeSums(table, a, direction)
		table.Flush()
	}
}

// writeSums writes the sum of all shares beside what all groups together explain.
func writeSums(w io.Writer, a *results.Ablation, direction string) {
	for _, line := range []struct {
		name string
		of   func(s *results.AblationInteraction) float64
	}{
		{"sum", func(s *results.AblationInteraction) float64 { return float64(s.Sum) }},
		{"all together", func(s *results.AblationInteraction) float64 { return float64(s.All) }},
	} {
		fmt.Fprintf(w, "%s\t", line.name)
		for i := range a.Sums {
			if a.Sums[i].Direction == direction {
				fmt.Fprintf(w, "\t\t%s", percent(line.of(&a.Sums[i])))
			}
		}
		fmt.Fprintln(w)
	}
}

// groupsByShare returns the groups that have shares in a direction, the largest share at the first output first.
func groupsByShare(a *results.Ablation, direction string) []results.AblationGroup {
	var out []results.AblationGroup
	for _, g := range a.Groups {
		if shareOf(a, g.Name, direction, a.Outputs[0]) != nil {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(x, y results.AblationGroup) int {
		return -cmp.Compare(shareOf(a, x.Name, direction, a.Outputs[0]).Mean, shareOf(a, y.Name, direction, a.Outputs[0]).Mean)
	})
	return out
}

// shareOf returns the share of a group, nil if there is none.
func shareOf(a *results.Ablation, group, direction, output string) *results.AblationShare {
	for i := range a.Shares {
		if s := &a.Shares[i]; s.Group == group && s.Direction == direction && s.Output == output {
			return s
		}
	}
	return nil
}

// outputName returns what the summary calls an output.
func outputName(tap string) string {
	for _, e := range summaryEmbeddings {
		if e.tap == tap {
			return e.header
		}
	}
	return shortenTap(tap, 30)
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
