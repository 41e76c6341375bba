package cpu

import (
	"slices"
	"unsafe"

	"bf16lab/ops"
)

// fuseNormLookup lets one kernel carry out a norm's scale and offset, which step i does, and the table that is the only one to want
// their result: while some codes wait for their entries, others are computed.
func (p *tileProgram) fuseNormLookup(r *run, i int) {
	sum := &p.steps[i]
	if activeElementwise().normLookup() == nil || sum.storage != ops.StoreBFloat16 || len(sum.norm.scale)%codesAtOnce != 0 {
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

// normLookup returns the faster kernel for a norm and a lookup, nil if there is none.
func (k *elementwiseKernels) normLookup() normLookupKernel {
	if k.normGatherLookup == nil {
		return k.normSingleLookup
	}
	gatheringNorms.Do(func() {
		t, x, dst, ring := new(table), codesToTime(), make([]uint16, timedCodes), newRing()
		rows := (&scaleOffset{scale: slices.Repeat([]float32{1}, codesAtOnce), offset: make([]float32, codesAtOnce)}).forCodes()
		look := func(f normLookupKernel) func() {
			return func() { f.run(modeFlush, false, dst, x, rows, t, nil, ring) }
		}
		gatheringNorms.faster = isFaster(look(k.normGatherLookup), look(k.normSingleLookup))
	})
	if gatheringNorms.faster {
		return k.normGatherLookup
	}
	return k.normSingleLookup
}

// normLookupStep is the vectorStep of a step with a table that carries out a norm before it.
func (st *tileStep) normLookupStep(ahead **byte) vectorStep {
	f, mode, rows, ring := activeElementwise().normLookup(), st.norm.mode, st.norm.forCodes(), newRing()
	return func(out *ops.Tensor, in []*ops.Tensor) {
		f.run(mode, st.past, out.BF16, in[0].BF16, rows, st.table, *ahead, ring)
	}
}

// ringBytes is the size of the ring of lines that normLookupKernels may use.
const ringBytes = 8 * lineBytes

// newRing returns a ring of lines that begins at a multiple of twice its size.
func newRing() *byte {
	const size = 2 * ringBytes
	block := make([]byte, ringBytes+size)
	return &block[-uintptr(unsafe.Pointer(&block[0]))%size]
}

// normLookupKernel is a codesKernel followed by a lookupKernel: dst[i] = table[x[i] * scale + offset].
type normLookupKernel func(mode, rows, n int, dst, x *uint16, scale, offset *float32, table *uint32, ahead, ring *byte)

// run calls the kernel for rows of a number of codes that is a multiple of codesAtOnce.
func (f normLookupKernel) run(mode int, past bool, dst, x []uint16, rows *codesRows, t *table, ahead, ring *byte) {
	if len(x) == 0 {
		return
	}
	dst = dst[:len(x)]
	if ahead == nil {
		ahead = (*byte)(unsafe.Pointer(&x[0]))
	}
	mode |= pastMode(past, unsafe.Pointer(&dst[0]))
	f(mode, len(x)/rows.width, rows.width, &dst[0], &x[0], &rows.scale[0], &rows.offset[0], &t[0], ahead, ring)
}
