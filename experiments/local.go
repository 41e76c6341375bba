package experiments

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
	"bf16lab/policy"
)

// pieces holds how a graph is cut for local errors, by the value of local in an experiment file; "none" measures none.
var pieces = map[string]func(*ops.Graph) policy.Pieces{"module": policy.ModulePieces, "none": nil, "primitive": policy.PrimitivePieces}

// checkLocal checks whether and how local errors are measured.
func (c *Config) checkLocal() error {
	if _, ok := pieces[c.Local]; !ok && c.Local != "" {
		return fmt.Errorf("%s: local: unknown value %.80q (valid: %s)", c.at("local"), c.Local, strings.Join(slices.Sorted(maps.Keys(pieces)), ", "))
	}
	return nil
}

// entrances returns, for each tap, the numbers that come into its piece and that it depends on, each once.
func entrances(taps []ops.Tap, cut policy.Pieces) [][]*ops.Value {
	out := make([][]*ops.Value, len(taps))
	for i, t := range taps {
		out[i] = entrancesOf(t.Value, cut)
	}
	return out
}

func entrancesOf(v *ops.Value, cut policy.Pieces) []*ops.Value {
	var found []*ops.Value
	seen := map[*ops.Value]bool{v: true}
	for open := []*ops.Value{v}; len(open) > 0; open = open[1:] {
		n := open[0].Node
		if n == nil {
			continue
		}
		for i, o := range n.In {
			if o.Value == nil || seen[o.Value] {
				continue
			}
			seen[o.Value] = true
			switch {
			case !cut.Enters(n, i):
				open = append(open, o.Value)
			case o.DType.IsFloat():
				found = append(found, o.Value)
			}
		}
	}
	return found
}

// untapped returns the entrances that are not the value of a tap, each once.
func untapped(taps []ops.Tap, entrances [][]*ops.Value) []*ops.Value {
	known := map[*ops.Value]bool{}
	for _, t := range taps {
		known[t.Value] = true
	}
	var out []*ops.Value
	for _, values := range entrances {
		for _, v := range values {
			if !known[v] {
				known[v] = true
				out = append(out, v)
			}
		}
	}
	return out
}

// fillLocal completes the results with the local errors and gains of every policy.
func (r *replay) fillLocal(probe *replayProbe) {
	if r.plans.local == 0 {
		return
	}
	r.run.LocalBy = r.config.Local
	at := map[*ops.Value][]metrics.Metrics{}
	for i, v := range r.entering {
		at[v] = probe.entering.results[i]
	}
	for i, t := range r.taps {
		at[t.Value] = probe.results[i]
	}
	for i := range r.run.Taps {
		tap := &r.run.Taps[i]
		if n := r.taps[i].Value.Node; n != nil && inJunctionHead(n) {
			continue
		}
		for p := range r.policies {
			local := results.Local{Metrics: probe.results[i][r.plans.local+p-1]}
			local.Gain = metrics.Number(gain(tap.Metrics[p].RelativeL2, r.entrances[i], func(v *ops.Value) float64 { return at[v][p].RelativeL2 }))
			tap.Local = append(tap.Local, local)
		}
	}
}

// gain returns the accumulated error that leaves a piece over the largest that comes in; NaN where nothing comes in, or
// nothing with an error.
func gain(out float64, entrances []*ops.Value, errorAt func(*ops.Value) float64) float64 {
	in := 0.0
	for _, v := range entrances {
		if e := errorAt(v); e > in { // never for NaN, which stands for values that cannot be compared
			in = e
		}
	}
	if in == 0 || math.IsInf(in, 1) {
		return math.NaN()
	}
	return out / in
}
