package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// epilogueStep is an equation of an epilogue as an instance carries it out.
type epilogueStep struct {
	node    *ops.Node
	plan    *ops.NodePlan
	columns int
	kinds   [2]epilogueKind
	given   [2]*ops.Tensor // what is not the results themselves: stored values of all rows, others as the step reads them
	storage ops.Storage    // of the results
	kernels bool
}

// newEpilogue prepares the epilogue of a unit.
func (r *run) newEpilogue(in *instance, u *unit) []epilogueStep {
	var steps []epilogueStep
	for i, n := range u.epilogue {
		of := u.nodes[i].Out[0]
		st := epilogueStep{node: n, plan: r.nodePlan(in, n), columns: u.rowSize(of)}
		st.storage = st.plan.Storage(n.Out[0].DType)
		for j, o := range n.In {
			st.kinds[j] = kindIn(n, o, of, st.columns)
			want := st.plan.Operand(j, o.DType)
			switch {
			case o.Value == nil:
				st.given[j] = ops.LiteralTensor(o, st.plan)
			case st.kinds[j] == residual:
				st.given[j] = r.operand(in, n, j)
			case st.kinds[j] == bias:
				st.give(j, r.operand(in, n, j), ops.Shape{1, st.columns}, want)
			case st.kinds[j] == single:
				st.give(j, r.operand(in, n, j), ops.Shape{}, want)
			}
		}
		st.kernels = st.hasKernels(r.nodePlan(in, u.nodes[i]).Storage(of.DType))
		steps = append(steps, st)
	}
	return steps
}

// give makes a stored value that is the same for all rows operand j, as the equation reads it: rounded, and flushed once instead of
// for every row.
func (st *epilogueStep) give(j int, t *ops.Tensor, shape ops.Shape, want ops.Storage) {
	st.given[j] = widenShared(t, shape, want, st.plan.Operands[j])
	if !st.plan.Flush || !st.plan.FlushOperands[j] || !st.node.Primitive.Flushes() {
		return
	}
	if t = st.given[j]; t.F32 != nil {
		st.given[j] = &ops.Tensor{Shape: t.Shape, F32: append([]float32(nil), t.F32...)}
		flush(st.given[j])
	}
	plan := *st.plan
	plan.FlushOperands[j] = false
	st.plan = &plan
}

// hasKernels tells whether kernels carry out the step on results of a storage.
func (st *epilogueStep) hasKernels(of ops.Storage) bool {
	narrow := func(s ops.Storage) bool { return s == ops.StoreFloat32 || s == ops.StoreBFloat16 }
	for j, kind := range st.kinds {
		stored := of
		switch kind {
		case residual:
			stored = st.given[j].Storage()
		case bias, single:
			stored = ops.StoreFloat32
		}
		whole := kind == ownResult || kind == residual
		if !narrow(stored) || st.plan.Operand(j, st.node.In[j].DType) != ops.StoreFloat32 || whole && st.plan.Operands[j] != (bf16.Format{}) ||
			stored == ops.StoreBFloat16 && !takesHalf(st.node.Primitive, st.plan, j) {
			return false
		}
	}
	return narrow(st.storage) && activeElementwise().vectorStep(st.node.Primitive, st.node.Params, st.plan) != nil
}

// epilogueWorker is what a worker needs to carry out a step.
type epilogueWorker struct {
	*epilogueStep
	vector  vectorStep
	context *ops.Context
	in      [2]*ops.Tensor
	places  [2]ops.Tensor // of operands in the current part
	row     ops.Shape     // shape of a part of a row
	widened [2]*ops.Tensor
	result  *ops.Tensor // of the definition, before it is stored
}

func (st *epilogueStep) worker() *epilogueWorker {
	w := &epilogueWorker{epilogueStep: st, context: ops.NewContext(st.node.Params, st.plan), row: ops.Shape{1, 0}}
	if st.kernels {
		w.vector = activeElementwise().vectorStep(st.node.Primitive, st.node.Params, st.plan)
	}
	return w
}

// run carries out the step on results at a place, which follow one another from the given element on, and returns where its own are:
// those as narrow as they are kept where they are kept, wider ones in wide.
func (w *epilogueWorker) run(first int, at, wide, kept *ops.Tensor) *ops.Tensor {
	to := kept
	if w.storage != kept.Storage() {
		to = wide
	}
	for j, kind := range w.kinds {
		w.in[j] = w.given[j]
		switch kind {
		case ownResult:
			w.in[j] = at
		case residual:
			w.places[j].SetRange(w.given[j], first, first+at.Shape.Size(), at.Shape)
			w.in[j] = &w.places[j]
		case bias:
			w.row[1] = at.Shape[1]
			w.places[j].SetRange(w.given[j], first%w.columns, first%w.columns+w.row[1], w.row)
			w.in[j] = &w.places[j]
		}
	}
	if w.vector != nil {
		w.vector(to, w.in[:])
		return to
	}
	w.define(to)
	return to
}

// define carries out the step by its definition.
func (w *epilogueWorker) define(to *ops.Tensor) {
	for j, t := range w.in {
		want, round := w.plan.Operand(j, w.node.In[j].DType), w.plan.Operands[j]
		if w.kinds[j] != ownResult && w.kinds[j] != residual || t.Storage() == want && round == (bf16.Format{}) {
			continue // as it has to be
		}
		w.widened[j] = roomFor(w.widened[j], t.Shape, want)
		decode(w.widened[j], t)
		roundTo(round, w.widened[j])
		w.in[j] = w.widened[j]
	}
	w.result = roomFor(w.result, to.Shape, w.plan.Arithmetic(w.node.Out[0].DType))
	ops.Evaluate(w.node.Primitive, w.context, []*ops.Tensor{w.result}, w.in[:])
	encode(to, w.result)
}

// roomFor returns a tensor of a shape and a storage, the given one if that will do.
func roomFor(t *ops.Tensor, shape ops.Shape, s ops.Storage) *ops.Tensor {
	if t == nil || t.Shape.Size() < shape.Size() {
		return ops.NewTensor(append(ops.Shape(nil), shape...), s)
	}
	return t.Range(0, shape.Size(), append(ops.Shape(nil), shape...))
}
