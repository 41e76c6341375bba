package reports

import "bf16lab/experiments/results"

// heatPicture is the data of the heat map of blocks and policies.
type heatPicture struct {
	Reference string    `json:"reference"`
	Policies  []string  `json:"policies"`
	Rows      []heatRow `json:"rows"`
}

// heatRow is one block.
type heatRow struct {
	Part   string   `json:"part"`
	Block  string   `json:"block"`
	Taps   []int    `json:"taps"`   // the tap shown, one per policy
	Values []number `json:"values"` // its relative L2, one per policy
}

// newHeatPicture collects the data of the heat map, rows in execution order.
func newHeatPicture(run *results.Run) heatPicture {
	h := heatPicture{Reference: run.Reference.Name, Policies: []string{}, Rows: []heatRow{}}
	for p := range run.Policies {
		h.Policies = append(h.Policies, run.Policies[p].Name)
	}
	for _, b := range blocksOf(run.Taps) {
		row := heatRow{Part: b.Part, Block: b.Name, Taps: []int{}, Values: []number{}}
		for p := range run.Policies {
			tap := b.shown(run.Taps, p)
			row.Taps = append(row.Taps, tap)
			row.Values = append(row.Values, number(run.Taps[tap].Metrics[p].RelativeL2))
		}
		h.Rows = append(h.Rows, row)
	}
	return h
}

// table has a line for each block and policy.
func (h heatPicture) table() table {
	n := len(h.Rows) * len(h.Policies)
	if n == 0 {
		return nil
	}
	row := func(i int) *heatRow { return &h.Rows[i/len(h.Policies)] }
	policy := func(i int) int { return i % len(h.Policies) }
	return table{
		texts("part", n, func(i int) string { return row(i).Part }),
		texts("block", n, func(i int) string { return row(i).Block }),
		texts("policy", n, func(i int) string { return h.Policies[policy(i)] }),
		numbers("tap", n, func(i int) int { return row(i).Taps[policy(i)] }),
		numbers("relative_l2", n, func(i int) number { return row(i).Values[policy(i)] }),
	}
}
