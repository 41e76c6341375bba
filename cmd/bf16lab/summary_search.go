package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"bf16lab/experiments/results"
)

// writeSearch writes what a search has found: the groups and sites, how they were found, and what less error costs.
func writeSearch(w io.Writer, s *results.Search) {
	fmt.Fprintf(w, "\nSearch: relative L2 under %s at %s\n\n", errorText(float64(s.Bound)), shortenTap(s.Output, tableWidth-40))
	fmt.Fprintf(w, "%s: %s, the worst of %d\n", s.Policy, errorText(float64(s.Base)), len(s.Runs))
	if !s.Found {
		fmt.Fprintln(w, "no set of groups brings it there")
	} else {
		fmt.Fprintf(w, "groups: %s\nsites: %d\n", setName(s.Groups), len(s.Sites))
		for _, site := range s.Sites {
			fmt.Fprintf(w, "  %s\n", site)
		}
		fmt.Fprintf(w, "with these restored: %s, cost %s of the model's work, %d sets tried\n", errorText(float64(s.Reached)), percent(float64(s.Cost)), len(s.Steps))
	}
	fmt.Fprintln(w, "\nCheapest sets of groups to keep as in "+s.Reference+":")
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(table, "relative L2\tcost\tgroups")
	for _, f := range s.Frontier {
		fmt.Fprintf(table, "%s\t%s\t%s\n", errorText(float64(f.Residual)), percent(float64(f.Cost)), shorten(setName(f.Groups), tableWidth-30))
	}
	table.Flush()
}

// setName lists the names of a set.
func setName(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
