package reports

import (
	"strconv"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// ulpPicture is the data of the ulp histograms of the embeddings.
type ulpPicture struct {
	Reference string     `json:"reference"`
	Policies  []string   `json:"policies"`
	Bins      []string   `json:"bins"`
	Panels    []ulpPanel `json:"panels"` // one per embedding that was recorded
}

// ulpPanel is the histogram of one tap.
type ulpPanel struct {
	Tap    string     `json:"tap"`
	Shares [][]number `json:"shares"` // per policy, per bin: share of the elements that were compared
}

// newUlpPicture collects the data of the histograms.
func newUlpPicture(run *results.Run) ulpPicture {
	u := ulpPicture{Reference: run.Reference.Name, Policies: []string{}, Bins: ulpBinLabels(), Panels: []ulpPanel{}}
	for p := range run.Policies {
		u.Policies = append(u.Policies, run.Policies[p].Name)
	}
	for _, e := range embeddings {
		i := findTap(run.Taps, e.tap)
		if i < 0 {
			continue
		}
		panel := ulpPanel{Tap: e.tap, Shares: [][]number{}}
		for p := range run.Policies {
			panel.Shares = append(panel.Shares, ulpShares(&run.Taps[i].Metrics[p]))
		}
		u.Panels = append(u.Panels, panel)
	}
	return u
}

// table has a line for each embedding, policy and bin.
func (u ulpPicture) table() table {
	n := len(u.Panels) * len(u.Policies) * len(u.Bins)
	if n == 0 {
		return nil
	}
	panel := func(i int) *ulpPanel { return &u.Panels[i/len(u.Bins)/len(u.Policies)] }
	policy := func(i int) int { return i / len(u.Bins) % len(u.Policies) }
	bin := func(i int) int { return i % len(u.Bins) }
	return table{
		texts("tap", n, func(i int) string { return panel(i).Tap }),
		texts("policy", n, func(i int) string { return u.Policies[policy(i)] }),
		numbers("ulps", n, func(i int) int64 { return metrics.UlpBins[bin(i)] }),
		numbers("share", n, func(i int) number { return panel(i).Shares[policy(i)][bin(i)] }),
	}
}

// ulpShares divides the counts of a histogram by their sum; without any count all shares are zero.
func ulpShares(m *metrics.Metrics) []number {
	var total int64
	for _, n := range m.UlpHistogram {
		total += n
	}
	shares := make([]number, metrics.UlpBinCount)
	for b, n := range m.UlpHistogram {
		if total > 0 {
			shares[b] = number(float64(n) / float64(total))
		}
	}
	return shares
}

// ulpBinLabels names the bins: 0, 1, 2, 3–4, ..., ≥ 513.
func ulpBinLabels() []string {
	labels := make([]string, metrics.UlpBinCount)
	for b, from := range metrics.UlpBins {
		labels[b] = strconv.FormatInt(from, 10)
		if b == metrics.UlpBinCount-1 {
			labels[b] = "≥ " + labels[b]
		} else if to := metrics.UlpBins[b+1] - 1; to > from {
			labels[b] += "–" + strconv.FormatInt(to, 10)
		}
	}
	return labels
}
