package reports

import (
	"math"
	"strings"
	"time"

	"bf16lab/experiments/results"
)

// summary is the table that stands below the opening words.
type summary struct {
	Embeddings []string // column titles
	Rows       []summaryRow
}

// summaryRow is one policy.
type summaryRow struct {
	Index      int
	Policy     string
	Embeddings []string
	FirstOver  *piece // nil: it never passes the threshold
	Rise       *rise  // nil: the error rises nowhere
	RiseFrom   string
	RiseTo     string
	Worst      *piece
	WorstError string
	NonFinite  string
}

// newSummary writes the findings as a table.
func newSummary(run *results.Run, findings []finding) summary {
	var s summary
	for _, e := range embeddings {
		s.Embeddings = append(s.Embeddings, e.label)
	}
	for p := range findings {
		f := &findings[p]
		row := summaryRow{Index: p, Policy: f.Policy, NonFinite: nonFiniteText(f.NonFinite)}
		for _, v := range f.Embeddings {
			text := "not recorded"
			if v != nil {
				text = errorText(float64(*v))
			}
			row.Embeddings = append(row.Embeddings, text)
		}
		if f.FirstOver >= 0 {
			tap := tapName(run, f.FirstOver)
			row.FirstOver = &tap
		}
		if len(f.Rises) > 0 {
			row.Rise = &f.Rises[0]
			row.RiseFrom, row.RiseTo = errorText(float64(row.Rise.From)), errorText(float64(row.Rise.To))
		}
		if f.Worst >= 0 {
			tap := tapName(run, f.Worst)
			row.Worst, row.WorstError = &tap, errorText(run.Taps[f.Worst].Metrics[p].RelativeL2)
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// errorText writes an error for a table: "exact" for none at all.
func errorText(v float64) string {
	if v == 0 {
		return "exact"
	}
	return formatError(v, 3)
}

// nonFiniteText says how many taps hold non-finite values that the reference does not hold.
func nonFiniteText(n nonFiniteCount) string {
	var parts []string
	if n.Created > 0 {
		parts = append(parts, "created at "+plural(n.Created, "tap"))
	}
	if n.Inherited > 0 {
		parts = append(parts, "inherited by "+plural(n.Inherited, "tap"))
	}
	if n.Reference > 0 {
		parts = append(parts, "as in the reference at "+plural(n.Reference, "tap"))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// heatView is the heat map as tables, one per part of the model.
type heatView struct {
	Policies []string
	Groups   []heatGroup
	Key      []heatKey
}

// heatGroup holds the blocks of one part.
type heatGroup struct {
	Part string
	Rows []heatViewRow
}

// heatViewRow is one block.
type heatViewRow struct {
	Block string
	Cells []heatCell
}

// heatCell is one block under one policy.
type heatCell struct {
	Tap   int // index plus one
	Text  string
	Class string
}

// heatKey is one colour of the key; Text is empty between two stops.
type heatKey struct{ Class, Text string }

// newHeatView writes the heat map for the page.
func newHeatView(h heatPicture) heatView {
	v := heatView{Policies: h.Policies}
	groups := map[string]int{}
	for i := range h.Rows {
		row := heatViewRow{Block: h.Rows[i].Block}
		for p, value := range h.Rows[i].Values {
			cell := heatCell{Tap: h.Rows[i].Taps[p] + 1, Text: formatError(float64(value), 2), Class: "heat-none"}
			switch {
			case value == 0:
				cell.Text = "exact"
			case math.IsNaN(float64(value)):
				cell.Text = "n/a"
			default:
				cell.Class = heatClass(heatIndex(float64(value)))
			}
			row.Cells = append(row.Cells, cell)
		}
		part := partLabel(h.Rows[i].Part)
		g, known := groups[part]
		if !known {
			g = len(v.Groups)
			groups[part] = g
			v.Groups = append(v.Groups, heatGroup{Part: part})
		}
		v.Groups[g].Rows = append(v.Groups[g].Rows, row)
	}
	for i := range heatColors {
		key := heatKey{Class: heatClass(i)}
		if i%heatSteps == 0 {
			key.Text = formatError(heatStops[i/heatSteps], 1)
		}
		v.Key = append(v.Key, key)
	}
	return v
}

// heatClass is the style class of a colour of the heat map.
func heatClass(i int) string { return "heat-" + formatCount(i) }

// detail is one line about the run.
type detail struct{ Label, Text string }

// newDetails writes where, when and on what the run was made; what the results do not say is left out.
func newDetails(run *results.Run) []detail {
	var details []detail
	add := func(label string, parts ...string) {
		var known []string
		for _, p := range parts {
			if p != "" {
				known = append(known, p)
			}
		}
		if len(known) > 0 {
			details = append(details, detail{label, strings.Join(known, ", ")})
		}
	}
	m, machine := run.Model, run.Machine
	add("Model", m.Name, m.Weights, ifPositive(m.Values, formatCount(m.Values)+" parameter values in "+formatCount(m.Parameters)+" tensors"),
		ifPositive(int64(m.States), formatCount(m.States)+" state tensors"), ifPositive(int64(m.Equations), formatCount(m.Equations)+" equations"))
	add("Input", run.Input.Source, formatCount(run.Input.Length)+" bases", ifPositive(int64(run.Input.Batch-1), "batch of "+formatCount(run.Input.Batch)),
		strings.Join(run.Input.Organisms, " and "))
	add("Sequence SHA-256", run.Input.SHA256)
	add("Reference", run.Reference.Name, strings.TrimSuffix(run.Reference.Description, "."))
	if !run.Started.IsZero() {
		add("Started", run.Started.UTC().Format(time.RFC1123))
	}
	add("Took", ifPositive(int64(run.Seconds*1000), formatSeconds(run.Seconds)), ifPositive(run.PeakBytes, "at most "+formatBytes(run.PeakBytes)+" of memory"))
	add("Sampled", ifPositive(int64(run.Samples), "the policies ran one after the other; at most "+formatCount(run.Samples)+" scattered elements of each tensor"))
	add("Strips", ifPositive(int64(run.StripElements), "values were passed from layer to layer along the sequence, "+formatCount(run.StripElements)+" elements at a time"))
	add("Machine", machine.CPU, strings.Trim(machine.OS+"/"+machine.Arch, "/"), ifPositive(int64(machine.Threads), plural(machine.Threads, "thread")),
		ifPositive(machine.Memory, formatBytes(machine.Memory)+" of memory"))
	add("CPU features", strings.Join(machine.Features, " "))
	add("Matrix kernels", machine.Kernels)
	add("Versions", "bf16lab "+run.Version, run.GoVersion)
	return details
}

// ifPositive returns the text if n is positive and nothing otherwise.
func ifPositive(n int64, text string) string {
	if n > 0 {
		return text
	}
	return ""
}
