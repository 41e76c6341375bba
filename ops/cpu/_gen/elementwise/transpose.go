package main

import (
	"fmt"

	"bf16lab/ops/cpu/_gen/lanes"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// transpose generates the kernel that transposes square blocks, of as many values as a register has.
func (c *code) transpose() {
	name := "elementwise" + c.isa + "Transpose"
	TEXT(name, NOSPLIT, "func(blocks int, dst, src *float32, to, from int)")
	Doc(fmt.Sprintf("%s is a transposeKernel for blocks of side %d.", name, c.bytes/4))
	blocks := Load(Param("blocks"), GP64())
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	to, from := Load(Param("to"), GP64()), Load(Param("from"), GP64())
	SHLQ(Imm(2), to)
	SHLQ(Imm(2), from)
	line := GP64()
	Label("block")
	MOVQ(src, line)
	rows := make([]VecVirtual, c.bytes/4)
	for i := range rows {
		rows[i] = c.register()
		VMOVUPS(Mem{Base: line}, rows[i])
		ADDQ(from, line)
	}
	for _, column := range lanes.Transpose(rows, c.bytes, 4, c.register) {
		VMOVUPS(column, Mem{Base: dst})
		ADDQ(to, dst)
	}
	ADDQ(Imm(uint64(c.bytes)), src)
	DECQ(blocks)
	JNE(LabelRef("block"))
	VZEROUPPER()
	RET()
}
