package cpu

import (
	"slices"
	"unsafe"

	"bf16lab/ops"
	"bf16lab/ops/elementary"
)

// fuseGELU lets one kernel carry out the three equations of a GELU in float32, x * logistic(scale * x), where nothing else wants the
// two results in between. The first two steps are left out then.
func (p *tileProgram) fuseGELU(r *run) {
	if activeElementwise().gelu == nil {
		return
	}
	for i := 0; i+2 < len(p.steps); i++ {
		if scale, x, ok := p.gelu(r, i); ok {
			p.steps[i].fused, p.steps[i+1].fused = true, true
			p.steps[i+2].gelu, p.steps[i+2].in = scale, []tileSource{x}
		}
	}
}

// gelu tells whether steps i, i+1 and i+2 are a GELU that the kernel can carry out, and returns its scale and its operand.
func (p *tileProgram) gelu(r *run, i int) (scale []float32, x tileSource, ok bool) {
	scaled, logistic, product := &p.steps[i], &p.steps[i+1], &p.steps[i+2]
	if scaled.row.node.Primitive != ops.MulPrimitive || logistic.row.node.Primitive != ops.LogisticPrimitive || product.row.node.Primitive != ops.MulPrimitive {
		return nil, x, false
	}
	if scaled.fused || logistic.fused || product.table != nil {
		return nil, x, false
	}
	k := literalOperand(scaled)
	if k < 0 || logistic.in[0].step != i {
		return nil, x, false
	}
	x = scaled.in[1-k]
	other := 0
	if product.in[0].step == i+1 {
		other = 1
	}
	if product.in[1-other].step != i+1 || !sameSource(&x, &product.in[other]) || !p.within(r, i) || !p.within(r, i+1) {
		return nil, x, false
	}
	for _, st := range []*tileStep{scaled, logistic, product} {
		if !st.kernels || st.storage != ops.StoreFloat32 || x.storage != ops.StoreFloat32 || st.plan.FlushOperands != [3]bool{} {
			return nil, x, false
		}
		for _, src := range st.in {
			if src.slot != inPlace {
				return nil, x, false
			}
		}
	}
	if scaled.plan.Flush != product.plan.Flush || product.encoded() || logistic.plan.Half || logistic.plan.Functions != elementary.XLACPU.Name {
		return nil, x, false
	}
	return scaled.in[k].fixed.F32, x, true
}

// literalOperand returns which operand of a step is a float32 number that is the same everywhere, or -1.
func literalOperand(st *tileStep) int {
	for k := range st.in {
		if t := st.in[k].fixed; t != nil && len(t.F32) == 1 && st.in[1-k].fixed == nil {
			return k
		}
	}
	return -1
}

// sameSource tells whether two steps read the same rows in the same way.
func sameSource(a, b *tileSource) bool {
	return a.fixed == nil && b.fixed == nil && !a.whole && !b.whole && a.kind == tiled && b.kind == tiled && a.step == b.step && a.stored == b.stored &&
		a.storage == b.storage && a.inner.Equal(b.inner)
}

// within tells whether the result of a step is read by the next one only.
func (p *tileProgram) within(r *run, i int) bool { return p.readWithin(r, i, []int{i + 1}) }

// readWithin tells whether the result of a step is wanted by the given steps only.
func (p *tileProgram) readWithin(r *run, i int, readers []int) bool {
	if p.steps[i].stored != nil || len(r.watches[p.steps[i].row.node.Out[0]]) > 0 {
		return false
	}
	return !slices.ContainsFunc(p.readers(i), func(reader int) bool { return !slices.Contains(readers, reader) })
}

// geluStep is the vectorStep of the last of three fused steps.
func (st *tileStep) geluStep(ahead **byte) vectorStep {
	f, mode, scale := activeElementwise().gelu, 0, st.gelu[0]
	if st.plan.Flush {
		mode = modeFlush
	}
	return func(out *ops.Tensor, in []*ops.Tensor) {
		f.run(mode|pastMode(st.past, unsafe.Pointer(unsafe.SliceData(out.F32))), out.F32, in[0].F32, scale, *ahead)
	}
}
