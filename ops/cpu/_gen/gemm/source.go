package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// source is what a packer reads and writes: bf16 values become float32, others stay what they are.
type source struct {
	suffix          string // of the function's name
	element, value  string // Go types read and written
	size, valueSize int    // their bytes
}

var sources = []source{
	{"F32", "float32", "float32", 4, 4},
	{"BF16", "uint16", "float32", 2, 4},
	{"F64", "float64", "float64", 8, 8},
}

// load emits the load of a whole vector register of values.
func (s source) load(from Mem, to VecVirtual) {
	if s.suffix == "BF16" {
		VPMOVZXWD(from, to)
		VPSLLD(Imm(16), to, to)
		return
	}
	VMOVUPS(from, to)
}

// loadMasked emits the load of the values that are set in mask, and zeros.
func (s source) loadMasked(from Mem, mask Register, to VecVirtual) {
	switch s.suffix {
	case "BF16":
		VPMOVZXWD_Z(from, mask, to)
		VPSLLD(Imm(16), to, to)
	case "F32":
		VMOVUPS_Z(from, mask, to)
	case "F64":
		VMOVUPD_Z(from, mask, to)
	}
}

// storeMasked emits the store of the values that are set in mask.
func (s source) storeMasked(from VecVirtual, mask Register, to Mem) {
	if s.valueSize == 8 {
		VMOVUPD(from, mask, to)
	} else {
		VMOVUPS(from, mask, to)
	}
}

// zeroMasked emits zeros for the values that are not set in mask.
func (s source) zeroMasked(v VecVirtual, mask Register) {
	if s.valueSize == 8 {
		VMOVAPD_Z(v, mask, v)
	} else {
		VMOVAPS_Z(v, mask, v)
	}
}
