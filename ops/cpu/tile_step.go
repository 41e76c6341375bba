package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// tileStep is one equation of a tile program.
type tileStep struct {
	row     *rowNode
	plan    *ops.NodePlan
	in      []tileSource
	kernels bool         // whether elementwise kernels carry it out
	fused   bool         // whether a later step carries it out as well
	table   *table       // of a chain of steps that ends with this one, where a table carries it out
	gelu    []float32    // the scale of a GELU whose last equation this is, where one kernel carries out all of it
	norm    *scaleOffset // the rows of a norm whose last equation this is, likewise, or that comes before the table
	rotary  bool         // whether it is the last equation of a rotary position embedding, where one kernel carries out all of it
	moves   bool         // whether it only moves elements, of the storage that it keeps
	view    bool         // whether the result is the operand's elements where they are, under another shape
	same    bool         // whether the result is the same for every tile
	past    bool         // whether the result is written to where it is kept past the caches
	stored  *ops.Tensor  // where the result is kept for later steps; nil if it is not
	slot    int          // buffer of the result; -1 where the result is written to stored directly
	storage ops.Storage  // of the result in the tile
}

// tileSource says where an operand of an equation comes from.
type tileSource struct {
	fixed   *ops.Tensor // a literal or a shared operand
	step    int         // index of the step that makes it, or -1
	stored  *ops.Tensor // a stored value: its rows, or the whole of it
	whole   bool
	kind    operandKind // tiled, or grouped and cyclic stored rows
	period  int
	inner   ops.Shape
	storage ops.Storage // of the source
	want    ops.Storage // that the equation reads
	slot    int         // buffer for widening or rounding the rows; -1 where they can be read in place
	round   bf16.Format
}

// settle decides who carries out the step, and with that how its operands and its result are laid out in the tile: kernels
// read and write bfloat16 codes, what only moves data keeps every storage, and the definitions of arithmetic want float32
// or float64.
func (st *tileStep) settle() {
	kept := st.plan.Storage(st.row.node.Out[0].DType)
	st.storage = st.plan.Arithmetic(st.row.node.Out[0].DType)
	switch {
	case st.plan.Alias:
		st.storage = st.in[0].storage
		return
	case st.hasKernels(kept):
		st.kernels, st.storage = true, kept
		for j := range st.in {
			st.in[j].want = st.kernelOperand(j)
		}
	case st.onlyMoves(kept):
		st.moves, st.storage = true, kept
		for j := range st.in {
			st.in[j].keep(kept)
		}
	}
	for j := range st.in {
		if src := &st.in[j]; src.fixed == nil && !src.whole && (src.want != src.storage || src.round != (bf16.Format{})) {
			src.slot = needsBuffer
		}
	}
}

// hasKernels tells whether elementwise kernels carry out the step on operands and a result of these storages.
func (st *tileStep) hasKernels(kept ops.Storage) bool {
	if kept != ops.StoreFloat32 && kept != ops.StoreBFloat16 {
		return false
	}
	for _, src := range st.in {
		if src.want != ops.StoreFloat32 || src.whole {
			return false
		}
	}
	return activeElementwise().vectorStep(st.row.node.Primitive, st.row.params, st.plan) != nil
}

// kernelOperand returns how a kernel reads an operand: codes, where the operand has them at every place of the result.
func (st *tileStep) kernelOperand(j int) ops.Storage {
	src := &st.in[j]
	everywhere := src.inner.Equal(st.row.inner) || st.row.node.Primitive == ops.ReduceWindowMaxPrimitive
	if src.fixed == nil && src.storage == ops.StoreBFloat16 && src.kind == tiled && everywhere &&
		src.round == (bf16.Format{}) && takesHalf(st.row.node.Primitive, st.plan, j) {
		return ops.StoreBFloat16
	}
	return ops.StoreFloat32
}

// onlyMoves tells whether the step copies elements that have the storage already in which the result is kept.
func (st *tileStep) onlyMoves(kept ops.Storage) bool {
	if !st.row.node.Primitive.OnlyMoves() || st.plan.Round {
		return false
	}
	for _, src := range st.in {
		if src.round != (bf16.Format{}) || !src.fits(kept) {
			return false
		}
	}
	return true
}

// onlyShapes tells whether the step moves nothing: it gives rows that are there another shape.
func (st *tileStep) onlyShapes() bool {
	switch st.row.node.Primitive {
	case ops.ReshapePrimitive, ops.SqueezePrimitive, ops.StopGradientPrimitive:
		return st.moves && st.in[0].kind == tiled
	}
	return false
}

// spreadsLiteral tells whether the step fills every tile with the same value.
func (st *tileStep) spreadsLiteral() bool {
	return st.moves && st.row.node.Primitive == ops.BroadcastInDimPrimitive && st.in[0].kind == literal
}

// fits tells whether the source has a storage, or is a literal that can be had in it.
func (src *tileSource) fits(s ops.Storage) bool {
	if src.fixed == nil || s != ops.StoreBFloat16 {
		return src.storage == s
	}
	x := src.fixed.F32
	return len(x) == 1 && (bf16.FromBFloat16(bf16.ToBFloat16(x[0])) == x[0] || x[0] != x[0])
}

// keep makes the step read the source as it is, in a storage that it fits.
func (src *tileSource) keep(s ops.Storage) {
	src.want = s
	if src.fixed != nil && src.fixed.Storage() != s {
		literal := ops.NewTensor(src.fixed.Shape, s)
		encode(literal, src.fixed)
		src.fixed = literal
	}
}

// vector returns how kernels carry out the step, nil where its definition serves. It must not be shared by goroutines.
// What takes long fetches meanwhile what lies at ahead, which may change from tile to tile.
func (st *tileStep) vector(ahead **byte) vectorStep {
	if st.table != nil && st.norm != nil {
		return st.normLookupStep(ahead)
	}
	if st.table != nil {
		return st.tableStep(ahead)
	}
	if st.norm != nil {
		return st.normStep()
	}
	if st.gelu != nil {
		return st.geluStep(ahead)
	}
	if st.rotary {
		return st.rotaryStep()
	}
	if st.moves {
		return activeElementwise().moveStep(st.row.params, st.storage, st.row.inner, st.in)
	}
	if !st.kernels {
		return activeElementwise().truthStep(st.row.node.Primitive, st.plan, st.in)
	}
	return activeElementwise().vectorStep(st.row.node.Primitive, st.row.params, st.plan)
}
