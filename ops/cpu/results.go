package cpu

import "bf16lab/ops"

// finishElements is about how many results are taken through their equations at once, so that they stay in the first-level cache.
const finishElements = 1 << 12

// results say what becomes of the unrounded results of a product: they are rounded as the plan says, go through the equations of
// an epilogue, and are stored, a part at a time, while they are in cache.
type results struct {
	plan     *ops.NodePlan
	own      ops.Storage // in which the product's own results are kept
	out      *ops.Tensor // of all rows
	epilogue []epilogueStep
	workers  []*finisher // made when first needed
}

// resultsIn returns results that go to a tensor, without an epilogue.
func (r *run) resultsIn(out *ops.Tensor, plan *ops.NodePlan) *results {
	return &results{plan: plan, own: out.Storage(), out: out, workers: make([]*finisher, r.Workers)}
}

// changes tells whether results that are written straight to their tensor have to be changed there.
func (r *results) changes() bool { return r.plan.Round || r.plan.Flush || len(r.epilogue) > 0 }

// finishing returns the finish of a product whose first result is element origin, and whose rows are width elements apart; direct
// tells that they are written there by the product.
func finishing[T float](r *results, origin, width int, direct bool) finish[T] {
	return func(worker int, x rectangle, v view[T]) {
		f := r.worker(worker)
		rows := 1
		if x.columns == width && v.stride == width {
			rows = max(1, finishElements/width)
		}
		for i := 0; i < x.rows; i += rows {
			n := min(rows, x.rows-i)
			setValues(&f.wide, v.values[i*v.stride:][:n*x.columns])
			f.take(origin+(x.row+i)*width+x.column, n, x.columns, direct)
		}
	}
}

// setValues lets a tensor hold some values.
func setValues[T float](t *ops.Tensor, values []T) {
	t.F32, _ = any(values).([]float32)
	t.F64, _ = any(values).([]float64)
}

// finisher is what a worker needs to finish results.
type finisher struct {
	*results
	shape ops.Shape  // rows and columns of the current part
	wide  ops.Tensor // unrounded results
	kept  ops.Tensor // where they are stored
	steps []*epilogueWorker
}

func (r *results) worker(i int) *finisher {
	if r.workers[i] == nil {
		f := &finisher{results: r, shape: make(ops.Shape, 2)}
		f.wide.Shape = f.shape
		for k := range r.epilogue {
			f.steps = append(f.steps, r.epilogue[k].worker())
		}
		r.workers[i] = f
	}
	return r.workers[i]
}

// take rounds and stores rows x columns results, which follow one another from the given element on.
func (f *finisher) take(first, rows, columns int, direct bool) {
	f.shape[0], f.shape[1] = rows, columns
	f.kept.SetRange(f.out, first, first+rows*columns, f.shape)
	at := &f.kept
	if f.own != f.kept.Storage() {
		at = &f.wide
	}
	f.round(at, direct)
	for _, st := range f.steps {
		at = st.run(first, at, &f.wide, &f.kept)
	}
}

// round finishes the product's own results as its plan says, where they are or in the tensor where they are kept.
func (f *finisher) round(to *ops.Tensor, direct bool) {
	if f.plan.Flush && to.BF16 != nil && f.wide.F32 != nil {
		encodeFlushed(to.BF16, f.wide.F32)
		return
	}
	if f.plan.Flush {
		flush(&f.wide)
	}
	if f.plan.Round && to.Storage() == f.wide.Storage() {
		roundTo(f.plan.Output, &f.wide)
	}
	if to != &f.wide && !direct {
		encode(to, &f.wide)
	}
}
