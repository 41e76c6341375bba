package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// lineBytes is the size of a cache line.
const lineBytes = 64

// write writes a vector, past the caches if the mode says so.
func (c *code) write(mode int, v VecVirtual, dst Mem) {
	if mode&modePast != 0 {
		c.do(func() { VMOVNTPS(v, dst) })
	} else {
		c.do(func() { VMOVUPS(v, dst) })
	}
}

// fence makes what was written past the caches visible before whatever tells another thread about it.
func (c *code) fence(mode int) {
	if mode&modePast != 0 {
		SFENCE()
	}
}

// advance moves pointers on.
func advance(bytes int, pointers ...Register) {
	for _, p := range pointers {
		ADDQ(Imm(uint64(bytes)), p)
	}
}
