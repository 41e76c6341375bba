package cpu

import (
	"slices"

	"bf16lab/ops"
)

// finder looks for units that can be carried out strip by strip together.
type finder struct {
	units     []*unit
	producer  map[*ops.Value]int
	consumers map[*ops.Value][]int
	large     int // size from which a value is worth strips
	placed    []bool
	reaches   [][]reach
	byRows    []bool // whether the unit can be carried out row by row
}

// role is what a unit is to the flow that is being looked for.
type role uint8

const (
	independent role = iota // needs nothing of the flow
	member
	dependent // needs something of the flow when that is complete
	ahead     // is needed by the flow whole, before it begins
)

func newFinder(units []*unit, large int) *finder {
	f := &finder{
		units: units, producer: map[*ops.Value]int{}, consumers: map[*ops.Value][]int{}, large: large,
		placed: make([]bool, len(units)), reaches: make([][]reach, len(units)), byRows: make([]bool, len(units)),
	}
	for i, u := range units {
		f.reaches[i], f.byRows[i] = u.reaches()
		for _, n := range u.made() {
			for _, v := range n.Out {
				f.producer[v] = i
			}
		}
		for _, v := range u.reads() {
			f.consumers[v] = append(f.consumers[v], i)
		}
	}
	return f
}

// order returns the units in the order in which they are carried out, with every flow as one list; all others are lists of
// one unit. A flow stands where its first unit stood, behind what it needs whole.
func (f *finder) order() (lists [][]*unit) {
	place := func(list ...int) {
		var units []*unit
		for _, i := range list {
			f.placed[i] = true
			units = append(units, f.units[i])
		}
		lists = append(lists, units)
	}
	for i := range f.units {
		if f.placed[i] {
			continue
		}
		members, before := f.flow(i)
		if len(members) < 2 {
			place(i)
			continue
		}
		for _, j := range before {
			place(j)
		}
		place(members...)
	}
	return lists
}

// flow finds the members of a flow that begins with unit i, and the units that have to be carried out before it.
func (f *finder) flow(i int) (members, before []int) {
	if !f.fits(i) || !f.isLarge(i) {
		return nil, nil
	}
	roles := make([]role, len(f.units))
	roles[i] = member
	for j := i + 1; j < len(f.units); j++ {
		if !f.placed[j] && roles[j] == independent {
			roles[j] = f.follows(roles, j)
		}
	}
	f.prune(roles, i)
	for j, r := range roles {
		switch r {
		case member:
			members = append(members, j)
		case ahead:
			before = append(before, j)
		}
	}
	return members, before
}

// prune takes out members that save nothing: all that they read of the flow is stored whole anyway, because others need
// it. They would only make their results earlier than necessary.
func (f *finder) prune(roles []role, start int) {
	for again := true; again; {
		again = false
		for j := start + 1; j < len(roles); j++ {
			if roles[j] == member && !f.saves(roles, j) {
				roles[j] = dependent
				again = true
			}
		}
	}
}

// saves tells whether a member reads nothing but members' results of the flow, and one at least that only members read; or
// nothing of the flow at all.
func (f *finder) saves(roles []role, j int) bool {
	touches, window := false, false
	for _, v := range f.units[j].reads() {
		switch f.roleOf(roles, v) {
		case dependent:
			return false
		case member:
			touches = true
			window = window || !slices.ContainsFunc(f.consumers[v], func(i int) bool { return roles[i] != member })
		}
	}
	return window || !touches
}

// fits tells whether a unit is worth strips and can be carried out row by row.
func (f *finder) fits(i int) bool {
	const fewColumns = 512 // with more rows than large values of so many columns have, a unit is worth strips as it is
	if !f.byRows[i] {
		return false
	}
	return f.isLarge(i) || f.units[i].rowCount() >= f.large/fewColumns
}

// isLarge tells whether a unit makes or reads a large value row by row.
func (f *finder) isLarge(i int) bool {
	size := 0
	for _, n := range f.units[i].made() {
		size = max(size, n.Out[0].Shape.Size())
	}
	for _, x := range f.reaches[i] {
		size = max(size, x.value.Shape.Size())
	}
	return size >= f.large
}

// follows settles what unit j, which comes after the first unit of a flow, is to it, and draws in what a new member needs.
func (f *finder) follows(roles []role, j int) role {
	touches := false
	for _, v := range f.units[j].reads() {
		switch f.roleOf(roles, v) {
		case dependent:
			return dependent
		case member:
			if f.units[f.producer[v]].sink() {
				return dependent
			}
			touches = true
		}
	}
	if !touches {
		return independent
	}
	if !f.fits(j) {
		return dependent
	}
	for _, v := range f.units[j].readsWhole(f.reaches[j]) {
		if f.roleOf(roles, v) == member {
			return dependent
		}
	}
	f.drawIn(roles, j)
	return member
}

// roleOf returns the role of the unit that makes a value; what is there before the flow counts as independent.
func (f *finder) roleOf(roles []role, v *ops.Value) role {
	if p, ok := f.producer[v]; ok && !f.placed[p] {
		return roles[p]
	}
	return independent
}

// drawIn makes the independent units that a member needs members too, where it reads their results row by row, and has
// the others carried out ahead.
func (f *finder) drawIn(roles []role, j int) {
	whole := f.units[j].readsWhole(f.reaches[j])
	for _, v := range f.units[j].reads() {
		p, ok := f.producer[v]
		if !ok || f.placed[p] || roles[p] != independent {
			continue
		}
		if f.fits(p) && !f.units[p].sink() && !slices.Contains(whole, v) {
			roles[p] = member
			f.drawIn(roles, p)
			continue
		}
		roles[p] = ahead
		f.completeAhead(roles, p)
	}
}

// completeAhead makes everything that a unit ahead of the flow needs go ahead too.
func (f *finder) completeAhead(roles []role, p int) {
	for _, v := range f.units[p].reads() {
		q, ok := f.producer[v]
		if ok && !f.placed[q] && roles[q] != ahead {
			roles[q] = ahead
			f.completeAhead(roles, q)
		}
	}
}
