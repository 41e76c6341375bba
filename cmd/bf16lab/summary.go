package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"bf16lab/experiments/results"
)

// tableWidth is the number of columns that the summary of a run fits into.
const tableWidth = 120

// overThreshold is the relative L2 whose first crossing the summary names.
const overThreshold = 1e-2

// summaryEmbeddings are the outputs that have a column of their own.
var summaryEmbeddings = [...]struct{ header, tap string }{
	{"1bp", "out/embeddings_1bp"}, {"128bp", "out/embeddings_128bp"}, {"pair", "out/embeddings_pair"},
}

// summaryRow is what the summary says about a policy.
type summaryRow struct {
	policy     string
	embeddings [len(summaryEmbeddings)]string // relative L2
	worst      string                         // relative L2 and name of the tap where it is largest
	first      string                         // name of the first tap over the threshold
	nonFinite  string
}

// writeSummary writes a table with a line for each policy. Names that are too long for the width lose their middle.
func writeSummary(w io.Writer, run *results.Run, width int) {
	title := fmt.Sprintf("Relative L2 against %s: %d taps, ", run.Reference.Name, len(run.Taps))
	if run.Samples > 0 {
		title += fmt.Sprintf("sampled (%d scattered elements of each), ", run.Samples)
	}
	fmt.Fprintf(w, "%s%s\n\n", title, shorten(run.Input.Source, width-len(title)))
	rows := []summaryRow{{policy: "policy", worst: "worst tap", first: "first tap over 1e-2", nonFinite: "non-finite"}}
	for i, e := range summaryEmbeddings {
		rows[0].embeddings[i] = e.header
	}
	for p := range run.Policies {
		rows = append(rows, summarize(run, p))
	}
	fit(rows, width)
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(table, "%s\n", strings.Join(r.cells(), "\t"))
	}
	table.Flush()
}

// columnGap is the number of blanks between columns.
const columnGap = 2

// cells returns the texts of a row in the order of the columns.
func (r *summaryRow) cells() []string {
	return append(append([]string{r.policy}, r.embeddings[:]...), r.worst, r.first, r.nonFinite)
}

// summarize collects what the summary says about policy p.
func summarize(run *results.Run, p int) summaryRow {
	row := summaryRow{policy: run.Policies[p].Name, worst: "none", first: "none", nonFinite: "none"}
	for i := range row.embeddings {
		row.embeddings[i] = "-"
	}
	largest, bad, shared := 0.0, 0, 0
	for i := range run.Taps {
		tap := &run.Taps[i]
		l2 := tap.Metrics[p].RelativeL2
		for e := range summaryEmbeddings {
			if tap.Name == summaryEmbeddings[e].tap {
				row.embeddings[e] = errorText(l2)
			}
		}
		if l2 > largest { // never for NaN, which stands for a tap without finite values
			largest, row.worst = l2, errorText(l2)+" "+tap.Name
		}
		if l2 > overThreshold && row.first == "none" {
			row.first = tap.Name
		}
		switch tap.Origin[p] {
		case results.OriginCreated, results.OriginInherited:
			bad++
		case results.OriginReference:
			shared++
		}
	}
	switch {
	case bad > 0:
		row.nonFinite = fmt.Sprintf("%d taps", bad)
	case shared > 0:
		row.nonFinite = "as reference"
	}
	return row
}

// fit shortens policies and taps until the table is no wider than width. Of the two columns of taps, one that needs less than
// half of what is left gets all it needs.
func fit(rows []summaryRow, width int) {
	const longestPolicy = 20
	used, widths := 0, [2]int{}
	for i := range rows {
		rows[i].policy = shorten(rows[i].policy, longestPolicy)
	}
	for c := range rows[0].cells() {
		widest := 0
		for i := range rows {
			widest = max(widest, utf8.RuneCountInString(rows[i].cells()[c]))
		}
		switch c {
		case 1 + len(summaryEmbeddings):
			widths[0] = widest
		case 2 + len(summaryEmbeddings):
			widths[1] = widest
		default:
			used += widest
		}
		if c > 0 {
			used += columnGap
		}
	}
	left := width - used
	worst := max(left-widths[1], min(widths[0], left/2))
	first := left - worst
	for i := range rows {
		rows[i].worst, rows[i].first = shortenTap(rows[i].worst, worst), shortenTap(rows[i].first, first)
	}
}

// shortenTap is [shorten] for the name of a tap, which first loses the module that all share.
func shortenTap(text string, n int) string {
	if utf8.RuneCountInString(text) > n {
		text = strings.Replace(text, "alphagenome/", "", 1)
	}
	return shorten(text, n)
}

// shorten replaces the middle of a text by three dots if it has more than n characters; the end, which tells taps apart,
// keeps more than the beginning.
func shorten(text string, n int) string {
	runes := []rune(text)
	n = max(n, 5)
	if len(runes) <= n {
		return text
	}
	head := (n - 3) * 2 / 5
	return string(runes[:head]) + "..." + string(runes[len(runes)-(n-3-head):])
}

// errorText writes an error with three digits, as in 5.43e-2.
func errorText(x float64) string {
	switch {
	case x == 0:
		return "0"
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Sprint(x)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', 2, 64), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil {
		panic("bf16lab: exponent of " + exponent)
	}
	return fmt.Sprintf("%se%d", mantissa, power)
}
