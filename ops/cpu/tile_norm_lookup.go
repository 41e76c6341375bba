package cpu

import (
	"unsafe"

	"bf16lab/ops"
)

// fuseNormLookup lets one kernel carry out a norm's scale and offset, which step i does, and the table that is the only one to want
// their result: while some codes wait for their entries, others are computed.
func (p *tileProgram) fuseNormLookup(r *run, i int) {
	sum := &p.steps[i]
	if !activeElementwise().looksUpNorms() || sum.storage != ops.StoreBFloat16 || len(sum.norm.scale)%codesAtOnce != 0 {
		return
	}
	if j := p.onlyReader(r, i); j > 0 && p.steps[j].table != nil {
		sum.fused = true
		p.steps[j].norm, p.steps[j].in = sum.norm, sum.in
	}
}

// onlyReader returns the step that is carried out and reads the result of step i, if there is one such step and the result is not
// wanted otherwise, or -1.
func (p *tileProgram) onlyReader(r *run, i int) int {
	if p.steps[i].stored != nil || len(r.watches[p.steps[i].row.node.Out[0]]) > 0 {
		return -1
	}
	if readers := p.readers(i); len(readers) == 1 {
		return readers[0]
	}
	return -1
}

// looksUpNorms tells whether there is a kernel for a norm and a lookup that is worth using.
func (k *elementwiseKernels) looksUpNorms() bool { return k.normLookup != nil && gatheringIsFaster(k) }

// normLookupStep is the vectorStep of a step with a table that carries out a norm before it.
func (st *tileStep) normLookupStep(ahead **byte) vectorStep {
	f, mode, rows := activeElementwise().normLookup, st.norm.mode, st.norm.forCodes()
	return func(out *ops.Tensor, in []*ops.Tensor) {
		f.run(mode, st.past, out.BF16, in[0].BF16, rows, st.table, *ahead)
	}
}

// normLookupKernel is a codesKernel followed by a lookupKernel: dst[i] = table[x[i] * scale + offset].
type normLookupKernel func(mode, rows, n int, dst, x *uint16, scale, offset *float32, table *uint16, ahead *byte)

// run calls the kernel for rows of a number of codes that is a multiple of codesAtOnce.
func (f normLookupKernel) run(mode int, past bool, dst, x []uint16, rows *codesRows, t *table, ahead *byte) {
	if len(x) == 0 {
		return
	}
	dst = dst[:len(x)]
	if ahead == nil {
		ahead = (*byte)(unsafe.Pointer(&x[0]))
	}
	mode |= pastMode(past, unsafe.Pointer(&dst[0]))
	f(mode, len(x)/rows.width, rows.width, &dst[0], &x[0], &rows.scale[0], &rows.offset[0], &t[0], ahead)
}
