package cpu

import "testing"

// LowerLimits makes small graphs take the ways of large ones until the test ends.
func LowerLimits(t *testing.T) {
	t.Helper()
	all := []*int{&smallSize, &aheadSize, &tileElements, &tableElements, &observeElements, &hugeElements, &largeBytes, &pastBytes, &columnElements, &columnPastBytes}
	for i, low := range []int{64, 1 << 12, 96, 64, 64, 1 << 20, 4096, 256, 1 << 15, 1 << 14} {
		setLimit(t, all[i], low)
	}
}

// SetTileElements sets the size of tiles until the test ends.
func SetTileElements(t *testing.T, n int) { setLimit(t, &tileElements, n) }

// NarrowColumns makes column units of several blocks, which write past the caches if that is asked for, until the test ends.
func NarrowColumns(t *testing.T, past bool) {
	setLimit(t, &columnElements, 1<<15)
	if past {
		setLimit(t, &columnPastBytes, 1)
	}
}

func setLimit(t *testing.T, limit *int, n int) {
	before := *limit
	*limit = n
	t.Cleanup(func() { *limit = before })
}

// units goes through the units of a program, with the flow of each, if it is part of one.
func (p *Program) units(visit func(f *flow, u *unit)) {
	for _, s := range p.stages {
		for _, step := range s.steps() {
			for _, u := range step.units {
				visit(s.flow, u)
			}
		}
	}
}

// Kinds returns how many products of a program are written in the order of a transpose, and how many take their right
// operand strip by strip.
func (p *Program) Kinds() (permuted, sinks int) {
	p.units(func(f *flow, u *unit) {
		if u.permuted() {
			permuted++
		}
		if f != nil && u.sink() {
			sinks++
		}
	})
	return permuted, sinks
}

// Batched returns how many products of a program are carried out batch by batch, and how many of those in the order of a
// transpose.
func (p *Program) Batched() (products, ordered int) {
	p.units(func(_ *flow, u *unit) {
		if u.batches != nil {
			products++
			if u.batches.planes != nil {
				ordered++
			}
		}
	})
	return products, ordered
}

// Epilogues returns the number of equations of each epilogue of a program.
func (p *Program) Epilogues() (equations []int) {
	p.units(func(_ *flow, u *unit) {
		if u.epilogue != nil {
			equations = append(equations, len(u.epilogue))
		}
	})
	return equations
}

// Flows returns the number of units of each flow of a program.
func (p *Program) Flows() (units []int) {
	for _, s := range p.stages {
		if s.flow != nil {
			units = append(units, len(s.flow.steps))
		}
	}
	return units
}

// Columns returns the number of equations of each column unit of a program.
func (p *Program) Columns() (equations []int) {
	p.units(func(_ *flow, u *unit) {
		if u.column != nil {
			equations = append(equations, len(u.nodes))
		}
	})
	return equations
}
