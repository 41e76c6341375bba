package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// rowsAhead is how many rows before it is copied a row is fetched: rows that lie far apart are not foreseen by the processor.
const rowsAhead = 32

// copyRows generates the kernel that copies rows of whole vectors: to where they are used next, or past the caches.
func (c *code) copyRows(mode int) {
	name := "elementwise" + c.isa + "CopyRows"
	if mode&modePast != 0 {
		name += "Past"
	}
	TEXT(name, NOSPLIT, "func(rows, bytes int, dst *byte, dstStep int, src *byte, srcStep int)")
	Doc(name + " is a rowsKernel.")
	rows, bytes := Load(Param("rows"), GP64()), Load(Param("bytes"), GP64())
	dst, dstStep := Load(Param("dst"), GP64()), Load(Param("dstStep"), GP64())
	src, srcStep := Load(Param("src"), GP64()), Load(Param("srcStep"), GP64())
	ahead, at := GP64(), GP64()
	MOVQ(srcStep, ahead)
	IMUL3Q(U32(rowsAhead), ahead, ahead)
	ADDQ(src, ahead)
	v := c.register()
	Label("row")
	XORQ(at, at)
	Label("vector")
	PREFETCHT1(Mem{Base: ahead, Index: at, Scale: 1})
	VMOVUPS(Mem{Base: src, Index: at, Scale: 1}, v)
	c.together(1, func(int) { c.write(mode, v, Mem{Base: dst, Index: at, Scale: 1}) })
	ADDQ(Imm(uint64(c.bytes)), at)
	CMPQ(at, bytes)
	JL(LabelRef("vector"))
	ADDQ(srcStep, src)
	ADDQ(srcStep, ahead)
	ADDQ(dstStep, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	c.fence(mode)
	VZEROUPPER()
	RET()
}
