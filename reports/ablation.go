package reports

import (
	"cmp"
	"math"
	"slices"

	"bf16lab/experiments/results"
)

// ablation is what the report shows of an ablation.
type ablation struct {
	Policy    string           `json:"policy"`
	Reference string           `json:"reference"`
	By        string           `json:"by"`
	Outputs   []string         `json:"outputs"`
	Groups    []ablationGroup  `json:"groups"`
	Runs      []ablationRun    `json:"runs"`
	Bars      [][]ablationBars `json:"bars"` // by output, then as in Groups
	Sums      [][]ablationSum  `json:"sums"` // by output: rescue, injure; those that are known
	Rows      []ablationRow    `json:"rows"` // every single run
}

type ablationGroup struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Equations   int    `json:"equations"`
}

type ablationRun struct {
	Seed  uint64 `json:"seed"`
	Input string `json:"input"`
}

// ablationBars are the two bars of a group; nil where the direction was not run.
type ablationBars struct {
	Rescue *ablationBar `json:"rescue"`
	Injure *ablationBar `json:"injure"`
}

// ablationBar is a mean share of the squared error with its interval, and the errors behind it.
type ablationBar struct {
	Share number `json:"share"`
	Low   number `json:"low"`
	High  number `json:"high"`
	After number `json:"after"` // relative L2 of the rescued policy, or of the injured reference
	Base  number `json:"base"`  // relative L2 of the policy
}

// ablationSum says whether the shares of a direction add up.
type ablationSum struct {
	Direction   string `json:"direction"`
	Sum         number `json:"sum"`
	All         number `json:"all"`
	Interaction number `json:"interaction"`
}

// ablationRow is one group at one output in one run; indices into the lists of the ablation.
type ablationRow struct {
	Group     int    `json:"group"`
	Direction string `json:"direction"`
	Output    int    `json:"output"`
	Run       int    `json:"run"`
	After     number `json:"after"`
	Base      number `json:"base"`
	Share     number `json:"share"`
}

// newAblation collects what is shown of an ablation; nil for a run without one.
func newAblation(run *results.Run) *ablation {
	from := &run.Ablation
	if len(from.Shares) == 0 && len(from.Rows) == 0 {
		return nil
	}
	a := &ablation{Policy: from.Policy, Reference: from.Reference, By: from.By, Outputs: from.Outputs,
		Groups: []ablationGroup{}, Runs: []ablationRun{}, Rows: []ablationRow{}}
	groups, outputs := map[string]int{}, map[string]int{}
	for i, g := range from.Groups {
		groups[g.Name] = i
		a.Groups = append(a.Groups, ablationGroup(g))
	}
	for i, output := range from.Outputs {
		outputs[output] = i
		a.Bars = append(a.Bars, make([]ablationBars, len(a.Groups)))
		a.Sums = append(a.Sums, []ablationSum{})
	}
	for _, r := range from.Runs {
		a.Runs = append(a.Runs, ablationRun(r))
	}
	for _, s := range from.Shares {
		bars := &a.Bars[outputs[s.Output]][groups[s.Group]]
		bar := &ablationBar{number(s.Mean), number(s.Low), number(s.High), number(s.RelativeL2), number(s.Base)}
		if s.Direction == results.Rescue {
			bars.Rescue = bar
		} else {
			bars.Injure = bar
		}
	}
	for _, s := range from.Sums {
		o := outputs[s.Output]
		a.Sums[o] = append(a.Sums[o], ablationSum{s.Direction, number(s.Sum), number(s.All), number(s.Difference)})
	}
	for _, r := range from.Rows {
		a.Rows = append(a.Rows, ablationRow{groups[r.Group], r.Direction, outputs[r.Output], r.Run,
			number(r.RelativeL2), number(r.Base), number(r.Share)})
	}
	return a
}

// mainOutput is the output that words are about: the 1 bp embedding, or the first.
func (a *ablation) mainOutput() int {
	return max(0, slices.Index(a.Outputs, embeddings[0].tap))
}

// ranked returns the groups by their share at an output, largest first: by rescue, where there is none by injure. Groups
// without a defined share come last.
func (a *ablation) ranked(output int) []int {
	order := make([]int, len(a.Groups))
	for i := range order {
		order[i] = i
	}
	share := func(g int) float64 {
		if bar := a.Bars[output][g].main(); bar != nil && !math.IsNaN(float64(bar.Share)) {
			return float64(bar.Share)
		}
		return math.Inf(-1)
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(share(y), share(x)) })
	return order
}

// main is the bar by which groups are ranked: the rescue, or the injure where there is no rescue.
func (b ablationBars) main() *ablationBar {
	if b.Rescue != nil {
		return b.Rescue
	}
	return b.Injure
}

// checkAblation reports shares and rows of groups, outputs or runs that the ablation does not list.
func checkAblation(a *results.Ablation) error {
	groups, outputs := map[string]bool{}, map[string]bool{}
	for _, g := range a.Groups {
		groups[g.Name] = true
	}
	for _, o := range a.Outputs {
		outputs[o] = true
	}
	check := func(what string, i int, group, direction, output string) error {
		return checkEntry("ablation."+what, i, "group", group, groups[group], "output", output, outputs[output],
			"direction", direction, direction == results.Rescue || direction == results.Injure)
	}
	for i, s := range a.Shares {
		if err := check("shares", i, s.Group, s.Direction, s.Output); err != nil {
			return err
		}
	}
	for i, r := range a.Rows {
		if err := check("rows", i, r.Group, r.Direction, r.Output); err != nil {
			return err
		}
		if err := checkEntry("ablation.rows", i, "run", r.Run, r.Run >= 0 && r.Run < len(a.Runs)); err != nil {
			return err
		}
	}
	for i, s := range a.Sums {
		if err := checkEntry("ablation.sums", i, "output", s.Output, outputs[s.Output]); err != nil {
			return err
		}
	}
	return nil
}
