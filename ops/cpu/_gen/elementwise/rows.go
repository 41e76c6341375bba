package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// rowsAhead is how many rows before it is copied a row is fetched: rows that lie far apart are not foreseen by the processor.
const rowsAhead = 16

// copyRows generates the kernel that copies rows of whole vectors.
func (c *code) copyRows() {
	TEXT("elementwise"+c.isa+"CopyRows", NOSPLIT, "func(rows, bytes int, dst *byte, dstStep int, src *byte, srcStep int)")
	Doc("elementwise" + c.isa + "CopyRows is a rowsKernel.")
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
	PREFETCHT0(Mem{Base: ahead, Index: at, Scale: 1})
	VMOVUPS(Mem{Base: src, Index: at, Scale: 1}, v)
	VMOVUPS(v, Mem{Base: dst, Index: at, Scale: 1})
	ADDQ(Imm(uint64(c.bytes)), at)
	CMPQ(at, bytes)
	JL(LabelRef("vector"))
	ADDQ(srcStep, src)
	ADDQ(srcStep, ahead)
	ADDQ(dstStep, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}
