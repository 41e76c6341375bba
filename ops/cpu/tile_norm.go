package cpu

import "bf16lab/ops"

// scaleOffset holds the rows of a norm's last two equations.
type scaleOffset struct {
	scale, offset []float32
	mode          int // of the kernels
}

// fuseNorms lets one kernel carry out x * scale + offset, where both are the same row for all rows and nothing else wants the
// product.
func (p *tileProgram) fuseNorms(r *run) {
	if activeElementwise().scaleOffset == nil {
		return
	}
	for i := 0; i+1 < len(p.steps); i++ {
		if rows, x, ok := p.norm(r, i); ok {
			p.steps[i].fused = true
			p.steps[i+1].norm, p.steps[i+1].in = rows, []tileSource{x}
			p.fuseNormLookup(r, i+1)
		}
	}
}

// norm tells whether steps i and i+1 scale rows and add an offset, as the kernel does.
func (p *tileProgram) norm(r *run, i int) (rows *scaleOffset, x tileSource, ok bool) {
	product, sum := &p.steps[i], &p.steps[i+1]
	if product.row.node.Primitive != ops.MulPrimitive || sum.row.node.Primitive != ops.AddPrimitive || product.fused || product.table != nil || sum.table != nil {
		return nil, x, false
	}
	k, o := rowOf(product), rowOf(sum)
	if k < 0 || o < 0 || sum.in[1-o].step != i || !p.within(r, i) {
		return nil, x, false
	}
	x = product.in[1-k]
	for _, st := range []*tileStep{product, sum} {
		if !st.kernels || st.storage != x.storage || st.plan.Flush != sum.plan.Flush || st.in[0].slot != inPlace || st.in[1].slot != inPlace {
			return nil, x, false
		}
	}
	flush, flushSum := product.plan.FlushOperands, sum.plan.FlushOperands
	if x.fixed != nil || x.whole || x.kind != tiled || !x.inner.Equal(product.row.inner) || sum.encoded() || flush[1-k] && !sum.plan.Flush ||
		flushSum[1-o] || x.storage != ops.StoreFloat32 && x.storage != ops.StoreBFloat16 {
		return nil, x, false
	}
	mode := 0
	if sum.plan.Flush {
		mode = modeFlush
	}
	if flush[1-k] {
		mode |= modeFlushLeft
	}
	return &scaleOffset{rowFlushed(product.in[k].fixed, flush[k]), rowFlushed(sum.in[o].fixed, flushSum[o]), mode}, x, true
}

// rowFlushed returns the values of a row, flushed if they are to be.
func rowFlushed(t *ops.Tensor, flushes bool) []float32 {
	if !flushes {
		return t.F32
	}
	row := &ops.Tensor{Shape: t.Shape, F32: append([]float32(nil), t.F32...)}
	flush(row)
	return row.F32
}

// rowOf returns which operand of a step is a row of float32 that is the same for all rows, or -1.
func rowOf(st *tileStep) int {
	inner := st.row.inner
	for k := range st.in {
		t := st.in[k].fixed
		if t != nil && len(inner) > 0 && len(t.F32) == inner.Size() && len(t.Shape) > 0 && t.Shape[len(t.Shape)-1] == inner[len(inner)-1] && st.in[1-k].fixed == nil {
			return k
		}
	}
	return -1
}

// normStep is the vectorStep of the last of two fused steps.
func (st *tileStep) normStep() vectorStep {
	k, n := activeElementwise(), st.norm
	if st.storage == ops.StoreBFloat16 {
		rows := n.forCodes()
		return func(out *ops.Tensor, in []*ops.Tensor) { k.scaleOffsetCodes.run(n.mode, out.BF16, in[0].BF16, rows) }
	}
	return func(out *ops.Tensor, in []*ops.Tensor) { k.scaleOffset.run(n.mode, out.F32, in[0].F32, n) }
}

// scaleOffsetKernel computes x * scale + offset for n values, a multiple of elementwiseLanes above zero, as two equations do; with
// modeFlush results are flushed, with modeFlushLeft x first.
type scaleOffsetKernel func(mode, n int, dst, x, scale, offset *float32)

// run calls the kernel for rows of any number of values.
func (f scaleOffsetKernel) run(mode int, dst, x []float32, rows *scaleOffset) {
	width := len(rows.scale)
	whole := width &^ (elementwiseLanes - 1)
	for at := 0; at < len(dst); at += width {
		to, from := dst[at:at+width], x[at:at+width]
		if whole > 0 {
			f(mode, whole, &to[0], &from[0], &rows.scale[0], &rows.offset[0])
		}
		if whole < width {
			var values, scale, offset [elementwiseLanes]float32
			copy(values[:], from[whole:])
			copy(scale[:], rows.scale[whole:])
			copy(offset[:], rows.offset[whole:])
			f(mode, elementwiseLanes, &values[0], &values[0], &scale[0], &offset[0])
			copy(to[whole:], values[:])
		}
	}
}
