package reports

import (
	"math"

	"bf16lab/experiments/results"
)

// block is a block of the model with its taps.
type block struct {
	Part string
	Name string
	Taps []int // indices of its taps in execution order
}

// blocksOf groups taps by part and block, in the order in which the blocks first appear.
func blocksOf(taps []results.Tap) []block {
	type key struct{ part, name string }
	var blocks []block
	at := map[key]int{}
	for i := range taps {
		k := key{taps[i].Part, taps[i].Block}
		j, known := at[k]
		if !known {
			j = len(blocks)
			at[k] = j
			blocks = append(blocks, block{Part: k.part, Name: blockLabel(k.part, k.name)})
		}
		blocks[j].Taps = append(blocks[j].Taps, i)
	}
	return blocks
}

// blockRuns groups neighbouring taps of the same part and block. A block to whose taps the model returns later, such as
// an encoder's own values between those of its blocks, has several runs.
func blockRuns(taps []results.Tap) []block {
	var runs []block
	for i := range taps {
		if i == 0 || taps[i].Part != taps[i-1].Part || taps[i].Block != taps[i-1].Block {
			runs = append(runs, block{Part: taps[i].Part, Name: blockLabel(taps[i].Part, taps[i].Block)})
		}
		last := &runs[len(runs)-1]
		last.Taps = append(last.Taps, i)
	}
	return runs
}

// blockLabel is the block's name, or its part's name for taps outside of any block.
func blockLabel(part, name string) string {
	if name == "" {
		return partLabel(part)
	}
	return name
}

// shown returns the tap that stands for the block under a policy: its last tap, which is the block's output; for heads
// and outputs, whose taps do not lead to one value, the tap with the largest relative L2.
func (b block) shown(taps []results.Tap, policy int) int {
	last := b.Taps[len(b.Taps)-1]
	if isTrunk(b.Part) {
		return last
	}
	worst := last
	for _, i := range b.Taps {
		if worse(taps[i].Metrics[policy].RelativeL2, taps[worst].Metrics[policy].RelativeL2) {
			worst = i
		}
	}
	return worst
}

// worse reports whether error a is larger than b. An undefined error (NaN) is no error that could be ranked: it is never
// worse than a number.
func worse(a, b float64) bool {
	if math.IsNaN(b) {
		return !math.IsNaN(a)
	}
	return a > b
}
