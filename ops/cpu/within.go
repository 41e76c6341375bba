package cpu

import "bf16lab/ops"

// stripElements are the strips that are tried, about how many elements of the largest value each has, until a program
// fits: 0 stands for whole values.
var stripElements = []int{0, 1 << 26, 1 << 24, 1 << 22}

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
		if peak := p.PeakBytes(); best == nil || peak < least {
			best, least = p, peak
		}
		if least <= limit {
			break
		}
	}
	return best
}

// Strip returns about how many elements of the largest value a strip has; 0 stands for whole values.
func (p *Program) Strip() int { return p.strip }
