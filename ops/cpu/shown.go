package cpu

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// shown returns a chunk of a watched value as a probe sees it under each plan: rounded where a plan keeps more than it shows.
// Plans that share a tensor and its format share the copy too.
func (r *run) shown(watch int, parts []*ops.Tensor) []*ops.Tensor {
	n := r.watched[watch].Node
	if n == nil {
		return parts
	}
	format := func(plan int) bf16.Format { return r.plans[plan].Nodes[n.Index].Shown }
	out := slices.Clone(parts)
	for i, t := range parts {
		if t == nil || format(i) == (bf16.Format{}) {
			continue
		}
		if j := slices.Index(parts[:i], t); j >= 0 && format(j) == format(i) {
			out[i] = out[j]
			continue
		}
		out[i] = ops.NewTensor(t.Shape, ops.StoreFloat32)
		decode(out[i], t)
		roundTo(format(i), out[i])
	}
	return out
}
