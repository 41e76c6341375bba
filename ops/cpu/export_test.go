package cpu

import "testing"

// LowerLimits makes small graphs take the ways of large ones until the test ends.
func LowerLimits(t *testing.T) {
	t.Helper()
	all := []*int{&smallSize, &aheadSize, &tileElements, &observeElements, &wideElements, &hugeElements, &largeBytes}
	for i, low := range []int{64, 1 << 12, 96, 64, 512, 1 << 20, 4096} {
		before := *all[i]
		*all[i] = low
		t.Cleanup(func() { *all[i] = before })
	}
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
