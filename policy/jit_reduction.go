package policy

import (
	"slices"

	"bf16lab/ops"
	"bf16lab/policy/xlacpu"
)

// reduction finds what XLA fuses into a large float32 reduction and hands to YNNPACK (rules 2, 5 and 6 of docs/xla-cpu.md): the elementwise
// operations and products that feed it and have no other reader. For the maximum of a softmax these are also the difference
// and the exponential that follow. Inside, casts to bfloat16 and back are left out, and the elementary functions are
// YNNPACK's; a sum after a maximum whose operand comes transposed runs in windows, and a sum together with arithmetic has
// its axes cut in another way (rule 8).
func (j *jit) reduction(n *ops.Node) {
	maximum := n.Primitive == ops.ReduceMaxPrimitive
	if !maximum && n.Primitive != ops.ReduceSumPrimitive || n.Out[0].DType != ops.Float32 {
		return
	}
	v := n.In[0].Value
	if v == nil || v.Shape.Size() < xlacpu.SmallSum {
		return
	}
	also := []*ops.Node{n}
	if maximum {
		also = append(also, j.readersOf(v, ops.SubPrimitive)...)
	}
	r := &fusionRegion{}
	j.feed(r, v, also)
	alone := maximum && r.turned && xlacpu.FewWindows(v.Shape, n.Params.(ops.ReduceParams).Axes[0])
	if !alone {
		j.fuse(r)
	}
	j.computed[n.Index] = r.computed
	if !maximum {
		return
	}
	for _, difference := range also[1:] {
		j.fused[difference.Index] = !alone
		for _, exponential := range j.readersOf(difference.Out[0], ops.ExpPrimitive) {
			j.fused[exponential.Index] = !alone
			if !r.turned {
				continue
			}
			for _, sum := range j.readersOf(exponential.Out[0], ops.ReduceSumPrimitive) {
				j.windowed[sum.Index] = true
			}
		}
	}
}

// readersOf returns the equations of one primitive that read a value.
func (j *jit) readersOf(v *ops.Value, p ops.Primitive) []*ops.Node {
	var out []*ops.Node
	for _, n := range j.readers[v.ID] {
		if n.Primitive == p {
			out = append(out, n)
		}
	}
	return out
}

// fusionRegion is what feeds a reduction.
type fusionRegion struct {
	nodes    []*ops.Node
	casts    []operand // that read a cast which is left out
	turned   bool      // a transpose ends it somewhere
	computed bool      // there is arithmetic in it: more than conversions and changes of shape
}

// fuse makes a region part of a reduction of YNNPACK's.
func (j *jit) fuse(r *fusionRegion) {
	for _, n := range r.nodes {
		j.fused[n.Index] = true
	}
	for _, o := range r.casts {
		j.unrounded[o] = true
		j.dropped[j.graph.Nodes[o.equation].In[o.index].Value.Node.Index] = true
	}
}

// feed gathers the region above a value that only the given equations read.
func (j *jit) feed(r *fusionRegion, v *ops.Value, readers []*ops.Node) {
	if v.Node == nil || slices.ContainsFunc(j.readers[v.ID], func(n *ops.Node) bool { return !slices.Contains(readers, n) }) {
		return
	}
	n := v.Node
	switch {
	case n.Primitive == ops.TransposePrimitive:
		r.turned = true
		return
	case n.Primitive == ops.ConvertElementTypePrimitive && v.DType == ops.Float32 && j.isCast(n.In[0]):
		r.casts = append(r.casts, operand{n.Index, 0})
	case n.Primitive == ops.DotGeneralPrimitive && j.half(v.DType):
		for i, o := range n.In {
			if j.isCast(o) {
				r.casts = append(r.casts, operand{n.Index, i})
			}
		}
	}
	if !fusible[n.Primitive] {
		return
	}
	r.nodes = append(r.nodes, n)
	r.computed = r.computed || !n.Primitive.OnlyMoves() && n.Primitive != ops.ConvertElementTypePrimitive
	for _, o := range n.In {
		if o.Value != nil {
			j.feed(r, o.Value, []*ops.Node{n})
		}
	}
}

// fusible holds the primitives that XLA takes into a reduction of YNNPACK's.
var fusible = map[ops.Primitive]bool{
	ops.AddPrimitive: true, ops.SubPrimitive: true, ops.MulPrimitive: true, ops.DivPrimitive: true, ops.MaxPrimitive: true,
	ops.MinPrimitive: true, ops.NegPrimitive: true, ops.AbsPrimitive: true, ops.ExpPrimitive: true, ops.TanhPrimitive: true,
	ops.SquarePrimitive: true, ops.ConvertElementTypePrimitive: true, ops.ReshapePrimitive: true, ops.SqueezePrimitive: true,
	ops.BroadcastInDimPrimitive: true, ops.StopGradientPrimitive: true, ops.DotGeneralPrimitive: true,
}
