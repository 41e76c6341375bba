package cpu

import "testing"

// LowerLimits makes small graphs take the ways of large ones until the test ends.
func LowerLimits(t *testing.T) {
	t.Helper()
	all := []*int{&smallSize, &aheadSize, &tileElements, &tableElements, &observeElements, &hugeElements, &largeBytes, &pastBytes}
	for i, low := range []int{64, 1 << 12, 96, 64, 64, 1 << 20, 4096, 256} {
		setLimit(t, all[i], low)
	}
}

// SetTileElements sets the size of tiles until the test ends.
func SetTileElements(t *testing.T, n int) { setLimit(t, &tileElements, n) }

func setLimit(t *testing.T, limit *int, n int) {
	before := *limit
	*limit = n
	t.Cleanup(func() { *limit = before })
}

// Kinds returns how many products of a program are written in the order of a transpose, and how many take their right
// operand strip by strip.
func (p *Program) Kinds() (permuted, sinks int) {
	for _, s := range p.stages {
		for _, step := range s.steps() {
			for _, u := range step.units {
				if u.permuted() {
					permuted++
				}
				if s.flow != nil && u.sink() {
					sinks++
				}
			}
		}
	}
	return permuted, sinks
}

// Batched returns how many products of a program are carried out batch by batch, and how many of those in the order of a
// transpose.
func (p *Program) Batched() (products, ordered int) {
	for _, s := range p.stages {
		for _, step := range s.steps() {
			for _, u := range step.units {
				if u.batches != nil {
					products++
					if u.batches.planes != nil {
						ordered++
					}
				}
			}
		}
	}
	return products, ordered
}

// Epilogues returns the number of equations of each epilogue of a program.
func (p *Program) Epilogues() (equations []int) {
	for _, s := range p.stages {
		for _, step := range s.steps() {
			for _, u := range step.units {
				if u.epilogue != nil {
					equations = append(equations, len(u.epilogue))
				}
			}
		}
	}
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
	for _, s := range p.stages {
		for _, step := range s.steps() {
			for _, u := range step.units {
				if u.column != nil {
					equations = append(equations, len(u.nodes))
				}
			}
		}
	}
	return equations
}
