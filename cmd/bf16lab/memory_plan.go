package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"bf16lab/experiments"
	"bf16lab/internal/machine"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// planLines is the number of tensors that a memory plan shows one by one.
const planLines = 16

// writePlan shows what exists when a run takes the most memory.
func (c *doctorCommand) writePlan(w io.Writer, info machine.Info, limit int64) error {
	p, err := c.estimate(info, *c.Length, limit)
	if err != nil {
		return err
	}
	how := "with whole values"
	if p.Strip > 0 {
		how = fmt.Sprintf("in strips of %d elements", p.Strip)
	}
	if p.Elements > 0 {
		how += fmt.Sprintf(", policies one after the other, %d samples of each tap", p.Elements)
	}
	verdict := ""
	switch {
	case limit > 0 && p.Need <= limit:
		verdict = ", fits " + bytesText(limit)
	case limit > 0:
		verdict = ", does not fit " + bytesText(limit)
	}
	fmt.Fprintf(w, "\n%s, %s%s\n", bytesText(p.Need), how, verdict)
	fmt.Fprintf(w, "most at %s %v of %s\n\n", p.Node.Primitive, p.Node.Out[0].Shape, p.Node.Path)
	writePlanTable(w, p)
	return nil
}

func writePlanTable(w io.Writer, p *experiments.MemoryPlan) {
	names := map[*ops.Value]string{}
	for _, t := range p.Taps {
		if names[t.Value] == "" {
			names[t.Value] = t.Name
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(table, "memory\ttensor\tshape\tpolicies")
	var weights, others int64
	shown, hidden := 0, 0
	for _, v := range p.Values {
		switch {
		case v.Value.Node == nil:
			weights += v.Bytes
		case shown < planLines:
			shown++
			fmt.Fprintf(table, "%s\t%s\t%v%s\t%s\n", bytesText(v.Bytes), planName(v.Value, names), v.Value.Shape, partText(v), planPolicies(v, p.Plans))
		default:
			hidden++
			others += v.Bytes
		}
	}
	for _, line := range []struct {
		bytes int64
		name  string
	}{
		{others, fmt.Sprintf("%d smaller tensors", hidden)}, {weights, "weights and other inputs"}, {p.Temporaries, "temporaries"}, {p.Samples, "samples"},
		{experiments.Headroom, "headroom: weights that are read, metrics, the program"},
	} {
		fmt.Fprintf(table, "%s\t%s\n", bytesText(max(line.bytes, 1)), line.name)
	}
	table.Flush()
	writePolicyMemory(w, p)
}

// writePolicyMemory tells how much of the stored tensors each policy holds; what several share is divided among them.
func writePolicyMemory(w io.Writer, p *experiments.MemoryPlan) {
	share := make([]int64, len(p.Plans))
	for _, v := range p.Values {
		for _, plan := range v.Plans {
			share[plan] += v.Bytes / int64(len(v.Plans))
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(table, "\nmemory\tof policy (shared tensors divided)")
	for i, name := range p.Plans {
		fmt.Fprintf(table, "%s\t%s\n", bytesText(max(share[i], 1)), name)
	}
	table.Flush()
}

// planName returns the tap of a value, or the equation that makes it.
func planName(v *ops.Value, names map[*ops.Value]string) string {
	const longest = 60
	return shorten(cmp.Or(names[v], fmt.Sprintf("%s:%s", v.Node.Path, v.Node.Primitive)), longest)
}

func partText(v cpu.HeldValue) string {
	if v.Part {
		return " (part)"
	}
	return ""
}

// planPolicies names the policies that share a value.
func planPolicies(v cpu.HeldValue, plans []string) string {
	if len(v.Plans) == len(plans) && len(plans) > 1 {
		return "all"
	}
	var names []string
	for _, i := range v.Plans {
		names = append(names, plans[i])
	}
	return shorten(strings.Join(names, ", "), 40)
}
