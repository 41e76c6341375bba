package cpu

import (
	"slices"
	"unsafe"
)

// writePast lets kernels that can do so write results past the caches that are so large that none of them will be in cache when
// they are read, and are not read while they are being made: lines that are written as a whole without being in cache need not be
// read before, which saves a third of the traffic of a step with one operand.
func (p *tileProgram) writePast(r *run) {
	least := pastBytes * r.strips(p.unit)
	for i := range p.steps {
		st := &p.steps[i]
		if st.table == nil && st.gelu == nil || st.stored == nil || st.encoded() {
			continue
		}
		st.past = len(bytesOf(st.stored)) >= least && len(p.readers(i)) == 0 && len(r.watches[st.row.node.Out[0]]) == 0
	}
}

// strips returns in how many strips a unit is carried out: after each of them others read what it has made.
func (p *Program) strips(u *unit) int {
	for _, s := range p.stages {
		if s.flow != nil && slices.ContainsFunc(s.flow.steps, func(step *step) bool { return step.units[0] == u }) {
			return s.flow.strips
		}
	}
	return 1
}

// pastMode returns modePast if results may be written past the caches: if that is asked for and they begin with a line.
func pastMode(past bool, dst unsafe.Pointer) int {
	if past && uintptr(dst)%lineBytes == 0 {
		return modePast
	}
	return 0
}
