package reports

import (
	"strings"

	"bf16lab/experiments/results"
)

// junctionPrefix begins the names of the outputs of the splice-junction head.
const junctionPrefix = "out/splice_sites_junction/"

// positionsTap holds the positions of the 512 best donors and acceptors of each strand.
const positionsTap = junctionPrefix + "splice_site_positions"

// junctions is the section about splice junctions: each value under the policy's own positions and, when the run has
// them, with something taken from the reference.
type junctions struct {
	Imposed   []string       `json:"imposed"`   // what was imposed, one entry per extra column pair
	Positions []junctionMove `json:"positions"` // one per policy, empty when the positions were not recorded
	Rows      []junctionRow  `json:"rows"`
}

// junctionMove says how many splice-site positions a policy chose as the reference did.
type junctionMove struct {
	Policy string `json:"policy"`
	Same   number `json:"same"` // share of entries that are equal
	Total  int64  `json:"total"`
}

// junctionRow is one value under one policy.
type junctionRow struct {
	Tap    string          `json:"tap"`
	Policy int             `json:"policy"`
	Cells  []*junctionCell `json:"cells"` // own positions first, then one per Imposed; nil where the run has none
}

// junctionCell compares one value with the reference.
type junctionCell struct {
	RelativeL2 number `json:"relative_l2"`
	Same       number `json:"same"` // share of bit-identical elements
}

// newJunctions collects the junction section; it has no rows when the run recorded no junctions.
func newJunctions(run *results.Run) junctions {
	j := junctions{Imposed: []string{}, Positions: []junctionMove{}, Rows: []junctionRow{}}
	column := map[string]int{}
	var names []string
	taps := map[string][]*results.Tap{} // by name: own, then one per imposed thing
	put := func(name string, at int, tap *results.Tap) {
		if taps[name] == nil {
			names = append(names, name)
		}
		for len(taps[name]) <= at {
			taps[name] = append(taps[name], nil)
		}
		taps[name][at] = tap
	}
	for i := range run.Taps {
		if strings.HasPrefix(run.Taps[i].Name, junctionPrefix) {
			put(run.Taps[i].Name, 0, &run.Taps[i])
		}
	}
	for i := range run.Variants {
		v := &run.Variants[i]
		at, known := column[v.Imposed]
		if !known {
			j.Imposed = append(j.Imposed, v.Imposed)
			at = len(j.Imposed)
			column[v.Imposed] = at
		}
		put(v.Name, at, &v.Tap)
	}
	if i := findTap(run.Taps, positionsTap); i >= 0 {
		for p := range run.Policies {
			m := &run.Taps[i].Metrics[p]
			j.Positions = append(j.Positions, junctionMove{run.Policies[p].Name, number(m.BitIdentical), m.Elements})
		}
	}
	for _, name := range names {
		for p := range run.Policies {
			j.Rows = append(j.Rows, junctionRow{name, p, junctionCells(taps[name], len(j.Imposed)+1, p)})
		}
	}
	return j
}

// junctionCells compares one value under one policy in all columns.
func junctionCells(taps []*results.Tap, columns, policy int) []*junctionCell {
	cells := make([]*junctionCell, columns)
	for c, tap := range taps {
		if tap != nil {
			m := &tap.Metrics[policy]
			cells[c] = &junctionCell{number(m.RelativeL2), number(m.BitIdentical)}
		}
	}
	return cells
}
