package experiments

import "bf16lab/ops"

// replayProbe is the probe of a replay: it compares taps under all plans, counts their errors by magnitude under the
// policies, and compares what comes into modules under the policies.
type replayProbe struct {
	*comparison
	scatter  *scatters
	entering *comparison
	taps     int
	policies int
}

func newReplayProbe(r *replay) *replayProbe {
	p := &replayProbe{
		comparison: newComparison(len(r.taps), len(r.plans.all)),
		scatter:    newScatters(len(r.taps), len(r.policies)),
		entering:   newComparison(len(r.entering), len(r.policies)+1),
		taps:       len(r.taps), policies: len(r.policies),
	}
	p.digested, p.entering.digested = len(r.policies)+1, 0
	return p
}

// Begin makes room for a watched value.
func (p *replayProbe) Begin(watch, groups int) {
	if watch >= p.taps {
		p.entering.Begin(watch-p.taps, groups)
		return
	}
	p.comparison.Begin(watch, groups)
	p.scatter.begin(watch)
}

// Observe compares a chunk.
func (p *replayProbe) Observe(watch, group int, offset int64, values []*ops.Tensor) {
	own := values[:p.policies+1]
	if watch >= p.taps {
		p.entering.Observe(watch-p.taps, group, offset, own)
		return
	}
	p.comparison.Observe(watch, group, offset, values)
	p.scatter.observe(watch, offset, own)
}

// End settles what is known of a watched value.
func (p *replayProbe) End(watch int) {
	if watch >= p.taps {
		p.entering.End(watch - p.taps)
		return
	}
	p.comparison.End(watch)
	p.scatter.end(watch)
}
