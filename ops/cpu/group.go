package cpu

import "bf16lab/ops"

// longestGroup is the largest number of units that run plan by plan; a huge value with a longer life is held for all plans,
// because otherwise the reference's taps of half the model would have to be held.
const longestGroup = 64

// group joins units between which huge values are handed on into steps. The plans go through such a step one after the
// other, so that only the reference's and one plan's huge values are alive at a time.
func (p *Program) group(units []*unit) [][]*unit {
	end := make([]int, len(units)) // last unit of a step that begins with unit i
	producer := map[*ops.Value]int{}
	for i, u := range units {
		end[i] = i
		for _, n := range u.nodes {
			for _, v := range n.Out {
				producer[v] = i
			}
		}
		for _, v := range u.reads() {
			from, ok := producer[v]
			if ok && len(p.plans) > 1 && v.Shape.Size() >= hugeElements && i-from < longestGroup {
				end[from] = max(end[from], i)
			}
		}
	}
	var steps [][]*unit
	for i := 0; i < len(units); {
		last := end[i]
		for j := i; j <= last; j++ {
			last = max(last, end[j])
		}
		steps = append(steps, units[i:last+1])
		i = last + 1
	}
	return steps
}
