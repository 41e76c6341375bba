package cpu

import (
	"slices"

	"bf16lab/ops"
)

// stripElements are the strips that are tried, about how many elements of the largest value each has, until a program
// fits: 0 stands for whole values.
var stripElements = []int{0, 1 << 26, 1 << 24, 1 << 22}

// littleLess is the share of the memory that shorter strips may leave and still be worth even shorter ones.
const littleLess = 0.95

// CompileWithin is [Compile] with large values passed on in strips if the program would take more memory than limit
// otherwise. If nothing fits, the program that takes least is returned. What is computed does not depend on the limit.
func CompileWithin(g *ops.Graph, plans []*ops.Plan, watched []*ops.Value, limit int64) *Program {
	var best *Program
	var least int64
	for _, strip := range stripElements {
		if strip > 0 && !discards {
			break
		}
		p := compile(g, plans, watched, strip)
		shortened := best != nil && best.hasFlows() // the strips before have been used and are shorter now
		little := best != nil && float64(p.peak) > littleLess*float64(least)
		if best == nil || p.peak < least {
			best, least = p, p.peak
		}
		if least <= limit || shortened && little {
			break
		}
	}
	return best
}

// hasFlows tells whether anything is carried out in strips.
func (p *Program) hasFlows() bool {
	return slices.ContainsFunc(p.stages, func(s stage) bool { return s.flow != nil })
}

// Strip returns about how many elements of the largest value a strip has; 0 stands for whole values.
func (p *Program) Strip() int { return p.strip }
