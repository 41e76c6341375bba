package reports

import (
	"bf16lab/experiments/results"
)

// ablationPicture is the data of the bar chart of an ablation.
type ablationPicture struct {
	ablation
	Order [][]int `json:"order"` // by output: groups from the largest share down
}

// newAblationPicture collects the data of the picture; nil for a run without an ablation.
func newAblationPicture(run *results.Run) *ablationPicture {
	a := newAblation(run)
	if a == nil || len(a.Outputs) == 0 || len(a.Groups) == 0 {
		return nil
	}
	p := &ablationPicture{ablation: *a}
	p.Rows = nil
	for o := range a.Outputs {
		p.Order = append(p.Order, a.ranked(o))
	}
	return p
}

// table has a line for each output, group and direction.
func (a *ablationPicture) table() table {
	type line struct {
		output, group, direction string
		bar                      *ablationBar
	}
	var lines []line
	for o, output := range a.Outputs {
		for _, g := range a.Order[o] {
			for _, d := range directionsOf(a.Bars[o][g]) {
				lines = append(lines, line{output, a.Groups[g].Name, d.name, d.bar})
			}
		}
	}
	n := len(lines)
	if n == 0 {
		return nil
	}
	return table{
		texts("output", n, func(i int) string { return lines[i].output }),
		texts("group", n, func(i int) string { return lines[i].group }),
		texts("direction", n, func(i int) string { return lines[i].direction }),
		numbers("share", n, func(i int) number { return lines[i].bar.Share }),
		numbers("low", n, func(i int) number { return lines[i].bar.Low }),
		numbers("high", n, func(i int) number { return lines[i].bar.High }),
		numbers("rel_l2", n, func(i int) number { return lines[i].bar.After }),
		numbers("rel_l2_base", n, func(i int) number { return lines[i].bar.Base }),
	}
}

// direction is a bar with the name of its direction.
type direction struct {
	name string
	bar  *ablationBar
}

// directionsOf lists the bars of a group that were run.
func directionsOf(b ablationBars) []direction {
	var list []direction
	if b.Rescue != nil {
		list = append(list, direction{results.Rescue, b.Rescue})
	}
	if b.Injure != nil {
		list = append(list, direction{results.Injure, b.Injure})
	}
	return list
}
