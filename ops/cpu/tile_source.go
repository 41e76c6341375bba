package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// needsBuffer marks a source that must be widened or rounded into a buffer; newTileProgram assigns one. Slot 0 is therefore
// never a source's buffer before that.
const (
	inPlace     = -1
	needsBuffer = 0
)

// source finds operand j of an equation in a row unit, before the steps made so far.
func (r *run) source(in *instance, row *rowNode, plan *ops.NodePlan, o rowOperand, j int, steps []tileStep, made map[*ops.Value]int) tileSource {
	round := plan.Operands[min(j, len(plan.Operands)-1)]
	src := tileSource{step: -1, slot: inPlace, kind: o.kind, period: o.period, inner: o.inner, round: round}
	if o.kind == literal {
		src.fixed = ops.LiteralTensor(row.node.In[j], plan)
		src.storage = src.fixed.Storage()
		src.want = src.storage
		return src
	}
	src.want = plan.Operand(j, o.value.DType)
	if k, ok := made[o.value]; ok {
		src.step, src.storage = k, steps[k].storage
		src.leaveRounding()
		return src
	}
	src.stored = r.operand(in, row.node, j)
	if o.kind == shared {
		src.fixed, src.stored = widenShared(src.stored, o.inner, src.want, round), nil
		src.storage = src.want
		return src
	}
	src.whole, src.storage = o.kind == wholeRead, src.stored.Storage()
	src.leaveRounding()
	return src
}

// leaveRounding leaves out a rounding that changes nothing: bfloat16 codes are rounded.
func (src *tileSource) leaveRounding() {
	if src.storage == ops.StoreBFloat16 && src.round == bf16.BFloat16 {
		src.round = bf16.Format{}
	}
}

// widenShared returns an operand that is the same for all rows as an arithmetic tensor of the shape of a row, rounded if
// the plan asks for it.
func widenShared(t *ops.Tensor, inner ops.Shape, want ops.Storage, round bf16.Format) *ops.Tensor {
	if want == t.Storage() && round == (bf16.Format{}) {
		return t.As(inner)
	}
	out := ops.NewTensor(inner, want)
	decode(out, t)
	roundTo(round, out)
	return out
}
