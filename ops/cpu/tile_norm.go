package cpu

import (
	"unsafe"

	"bf16lab/ops"
)

// scaleOffset holds the rows of a norm's last two equations.
type scaleOffset struct {
	scale, offset []float32
	flushes       bool // the operand first
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
	return &scaleOffset{rowFlushed(product.in[k].fixed, flush[k]), rowFlushed(sum.in[o].fixed, flushSum[o]), flush[1-k]}, x, true
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
	f, n, mode := activeElementwise().scaleOffset, st.norm, 0
	if st.plan.Flush {
		mode = modeFlush
	}
	if n.flushes {
		mode |= modeFlushLeft
	}
	width := len(n.scale)
	return func(out *ops.Tensor, in []*ops.Tensor) {
		for at := 0; at < out.Shape.Size(); at += width {
			f.run(mode, width, floatsOf(out, at), floatsOf(in[0], at), n)
		}
	}
}

// scaleOffsetKernel computes x * scale + offset for n values, a multiple of elementwiseLanes above zero, as two equations do, all
// float32 or, with modeLeftHalf and modeNarrow, from codes to codes; with modeFlush results are flushed, with modeFlushLeft x first.
type scaleOffsetKernel func(mode, n int, dst, x *byte, scale, offset *float32)

// run calls the kernel for any number of values.
func (f scaleOffsetKernel) run(mode, n int, dst, x floats, rows *scaleOffset) {
	mode |= dst.mode(modeNarrow) | x.mode(modeLeftHalf)
	whole := n &^ (elementwiseLanes - 1)
	if whole > 0 {
		_, _, _, _ = dst.at(whole-1), x.at(whole-1), rows.scale[whole-1], rows.offset[whole-1]
		f(mode, whole, dst.at(0), x.at(0), unsafe.SliceData(rows.scale), unsafe.SliceData(rows.offset))
	}
	if whole == n {
		return
	}
	e := edges.Get().(*edge)
	var scale, offset [elementwiseLanes]float32
	copy(scale[:], rows.scale[whole:n])
	copy(offset[:], rows.offset[whole:n])
	to, from := e.dst.as(dst), e.x.fill(x, whole, n-whole, 1)
	f(mode, elementwiseLanes, to.at(0), from.at(0), &scale[0], &offset[0])
	e.dst.drain(dst, whole, n-whole)
	edges.Put(e)
}
