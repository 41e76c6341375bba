package experiments

import (
	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
	"bf16lab/ops"
)

// setOrigins settles for every tap and policy where non-finite values come from: the reference has them as well, an
// earlier tap that the value is computed from has some already, or they were created between those taps and this one.
func setOrigins(g *ops.Graph, taps []ops.Tap, run *results.Run) {
	at := map[*ops.Value]int{}
	for i := len(taps) - 1; i >= 0; i-- {
		at[taps[i].Value] = i
	}
	for p := range run.Policies {
		bad := make([]bool, g.NumValues()) // computed from a tap with non-finite values
		for _, n := range g.Nodes {
			inherited := false
			for _, o := range n.In {
				inherited = inherited || o.Value != nil && bad[o.Value.ID]
			}
			for _, v := range n.Out {
				bad[v.ID] = inherited
				if i, ok := at[v]; ok {
					bad[v.ID] = nonFinite(run.Taps[i].Metrics[p].Test)
				}
			}
		}
		for i := range run.Taps {
			tap := &run.Taps[i]
			tap.Origin = append(tap.Origin, origin(tap.Metrics[p], feeds(taps[i].Value, bad)))
		}
	}
}

func nonFinite(s metrics.Side) bool { return s.NaN+s.PosInf+s.NegInf > 0 }

// feeds tells whether an operand of the equation that computes v is marked.
func feeds(v *ops.Value, bad []bool) bool {
	if v.Node == nil {
		return false
	}
	for _, o := range v.Node.In {
		if o.Value != nil && bad[o.Value.ID] {
			return true
		}
	}
	return false
}

func origin(m metrics.Metrics, inherited bool) results.Origin {
	switch {
	case !nonFinite(m.Test):
		return results.OriginNone
	case m.Reference.NaN == m.Test.NaN && m.Reference.PosInf == m.Test.PosInf && m.Reference.NegInf == m.Test.NegInf &&
		m.Reference.FirstAt == m.Test.FirstAt:
		return results.OriginReference
	case inherited:
		return results.OriginInherited
	}
	return results.OriginCreated
}
