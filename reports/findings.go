package reports

import (
	"math"
	"sort"

	"bf16lab/experiments/results"
)

// threshold is the relative L2 whose first crossing the report names; the seed's tightest closeness rule uses it too.
const threshold = 1e-2

// risesShown is how many blocks a finding names.
const risesShown = 3

// embeddings are the three outputs that the report opens with.
var embeddings = [...]struct{ tap, label string }{
	{"out/embeddings_1bp", "1 bp"},
	{"out/embeddings_128bp", "128 bp"},
	{"out/embeddings_pair", "pair"},
}

// finding is what the report says about one policy.
type finding struct {
	Index      int                      `json:"index"`
	Policy     string                   `json:"policy"`
	Embeddings [len(embeddings)]*number `json:"embeddings"` // relative L2, nil where the tap was not recorded
	First      int                      `json:"first"`      // first tap whose bits differ from the reference, -1 if there is none
	FirstOver  int                      `json:"first_over"` // first tap with relative L2 above threshold, -1 if there is none
	Worst      int                      `json:"worst"`      // tap with the largest relative L2, -1 without taps
	Exact      int                      `json:"exact"`      // taps whose bits all equal the reference
	Rises      []rise                   `json:"rises"`      // largest first
	Sources    []localSource            `json:"sources"`    // taps with the largest local error, largest first
	NonFinite  nonFiniteCount           `json:"non_finite"`
}

// rise is a lasting growth of the relative L2 across a block.
type rise struct {
	Part  string `json:"part"`
	Block string `json:"block"`
	From  number `json:"from"`
	To    number `json:"to"`
	Added number `json:"added"` // size of the independent error that makes the lasting part of the difference
}

// nonFiniteCount counts taps by the origin of their non-finite values.
type nonFiniteCount struct {
	Created   int `json:"created"`
	Inherited int `json:"inherited"`
	Reference int `json:"reference"`
	First     int `json:"first"` // first tap where they are created, -1 if there is none
}

// newFindings collects the findings of all policies.
func newFindings(run *results.Run) []finding {
	blocks := blockRuns(run.Taps)
	findings := make([]finding, len(run.Policies))
	for p := range run.Policies {
		f := finding{Index: p, Policy: run.Policies[p].Name, First: -1, FirstOver: -1, Worst: -1, NonFinite: countNonFinite(run.Taps, p)}
		for i := range run.Taps {
			m := &run.Taps[i].Metrics[p]
			if f.FirstOver < 0 && m.RelativeL2 > threshold {
				f.FirstOver = i
			}
			if f.Worst < 0 || worse(m.RelativeL2, run.Taps[f.Worst].Metrics[p].RelativeL2) {
				f.Worst = i
			}
			if m.BitIdentical == 1 {
				f.Exact++
			} else if f.First < 0 {
				f.First = i
			}
		}
		for e := range embeddings {
			if i := findTap(run.Taps, embeddings[e].tap); i >= 0 {
				v := number(run.Taps[i].Metrics[p].RelativeL2)
				f.Embeddings[e] = &v
			}
		}
		f.Rises = largestRises(run.Taps, blocks, p)
		f.Sources = localSources(run, p)
		findings[p] = f
	}
	return findings
}

// largestRises returns the blocks of the trunk across which the error grows most, and stays.
//
// The error that comes in is that of the block's first tap, the recorded value nearest to its input, or that of the
// block before it in the same part if that is larger; the input of the encoder's first block is the sequence, which is
// exact. The error that goes on is that of the block's last tap, but no more than what lasts: three quarters of the
// blocks that follow in the part have at least that error. What falls back at once is a side branch or a spike. Blocks
// are ranked by sqrt(on^2 - in^2), because independent errors add in squares.
func largestRises(taps []results.Tap, blocks []block, policy int) []rise {
	in := func(b block) float64 { return taps[b.Taps[0]].Metrics[policy].RelativeL2 }
	out := func(b block) float64 { return taps[b.Taps[len(b.Taps)-1]].Metrics[policy].RelativeL2 }
	rises := []rise{}
	for _, part := range trunkParts(blocks) {
		for n, b := range part {
			from, to := in(b), out(b)
			switch {
			case n > 0:
				from = max(from, out(part[n-1]))
			case b.Part == "encoder":
				from = 0
			}
			if math.IsInf(to, 1) {
				continue
			}
			on := min(to, lasting(blocks, part, n, out))
			if on > from {
				added := math.Sqrt((on - from) * (on + from))
				rises = append(rises, rise{b.Part, b.Name, number(from), number(to), number(added)})
			}
		}
	}
	sort.SliceStable(rises, func(i, j int) bool { return rises[i].Added > rises[j].Added })
	return rises[:min(len(rises), risesShown)]
}

// lasting is the error that three quarters of the blocks after block n of a part have or exceed. After the last block
// of the part those are the later blocks of the whole trunk; after the last of all nothing can fall, so it is infinite.
func lasting(blocks, part []block, n int, out func(block) float64) float64 {
	after := part[n+1:]
	if len(after) == 0 {
		end := part[n].Taps[len(part[n].Taps)-1]
		for _, b := range blocks {
			if isTrunk(b.Part) && b.Taps[0] > end {
				after = append(after, b)
			}
		}
	}
	var errors []float64
	for _, b := range after {
		if v := out(b); !math.IsNaN(v) {
			errors = append(errors, v)
		}
	}
	if len(errors) == 0 {
		return math.Inf(1)
	}
	sort.Float64s(errors)
	return errors[(len(errors)-1)/4]
}

// trunkParts splits the blocks of the trunk by part, both in the order in which they first appear.
func trunkParts(blocks []block) [][]block {
	var parts [][]block
	at := map[string]int{}
	for _, b := range blocks {
		if !isTrunk(b.Part) {
			continue
		}
		i, known := at[b.Part]
		if !known {
			i = len(parts)
			at[b.Part] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], b)
	}
	return parts
}

// countNonFinite counts the taps that have non-finite values under a policy, by origin.
func countNonFinite(taps []results.Tap, policy int) nonFiniteCount {
	count := nonFiniteCount{First: -1}
	for i := range taps {
		switch taps[i].Origin[policy] {
		case results.OriginCreated:
			if count.Created == 0 {
				count.First = i
			}
			count.Created++
		case results.OriginInherited:
			count.Inherited++
		case results.OriginReference:
			count.Reference++
		}
	}
	return count
}

// findTap returns the index of the tap with the given name, or -1.
func findTap(taps []results.Tap, name string) int {
	for i := range taps {
		if taps[i].Name == name {
			return i
		}
	}
	return -1
}
