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
	turned, computed := j.feed(v, also)
	j.computed[n.Index] = computed
	if !maximum {
		return
	}
	for _, difference := range also[1:] {
		j.fused[difference.Index] = true
		for _, exponential := range j.readersOf(difference.Out[0], ops.ExpPrimitive) {
			j.fused[exponential.Index] = true
			if !turned {
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

// feed walks up from a value that only the given equations read. It tells whether a transpose ends the walk somewhere, and
// whether there is arithmetic on the way: more than conversions and changes of shape.
func (j *jit) feed(v *ops.Value, readers []*ops.Node) (turned, computed bool) {
	if v.Node == nil || slices.ContainsFunc(j.readers[v.ID], func(n *ops.Node) bool { return !slices.Contains(readers, n) }) {
		return false, false
	}
	n := v.Node
	switch {
	case n.Primitive == ops.TransposePrimitive:
		return true, false
	case n.Primitive == ops.ConvertElementTypePrimitive && v.DType == ops.Float32 && j.isCast(n.In[0]):
		j.drop(n, 0)
	case n.Primitive == ops.DotGeneralPrimitive && j.half(v.DType):
		for i, o := range n.In {
			if j.isCast(o) {
				j.drop(n, i)
			}
		}
	}
	if !fusible[n.Primitive] {
		return false, false
	}
	j.fused[n.Index] = true
	computed = !n.Primitive.OnlyMoves() && n.Primitive != ops.ConvertElementTypePrimitive
	for _, o := range n.In {
		if o.Value != nil {
			t, c := j.feed(o.Value, []*ops.Node{n})
			turned, computed = turned || t, computed || c
		}
	}
	return turned, computed
}

// drop leaves out the cast that makes an operand.
func (j *jit) drop(n *ops.Node, index int) {
	j.dropped[n.In[index].Value.Node.Index] = true
	j.unrounded[operand{n.Index, index}] = true
}

// fusible holds the primitives that XLA takes into a reduction of YNNPACK's.
var fusible = map[ops.Primitive]bool{
	ops.AddPrimitive: true, ops.SubPrimitive: true, ops.MulPrimitive: true, ops.DivPrimitive: true, ops.MaxPrimitive: true,
	ops.MinPrimitive: true, ops.NegPrimitive: true, ops.AbsPrimitive: true, ops.ExpPrimitive: true, ops.TanhPrimitive: true,
	ops.SquarePrimitive: true, ops.ConvertElementTypePrimitive: true, ops.ReshapePrimitive: true, ops.SqueezePrimitive: true,
	ops.BroadcastInDimPrimitive: true, ops.StopGradientPrimitive: true, ops.DotGeneralPrimitive: true,
}
