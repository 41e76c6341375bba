package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// lookupsAtOnce is the number of codes in a turn of the loop of lookup.
const lookupsAtOnce = 16

// lookup generates the kernel that takes values from a table. Gathering instructions are slower than single loads.
func (c *code) lookup() {
	TEXT("elementwise"+c.isa+"Lookup", NOSPLIT, "func(n int, dst, x, table *uint16, ahead *byte)")
	Doc("elementwise" + c.isa + "Lookup is a lookupKernel.")
	n, dst, x, table := Load(Param("n"), GP64()), Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("table"), GP64())
	ahead := Load(Param("ahead"), GP64())
	code := []Register{GP64(), GP64(), GP64(), GP64()}
	Label("turn")
	PREFETCHT1(Mem{Base: ahead})
	for i := range lookupsAtOnce {
		r := code[i%len(code)].(GPVirtual)
		MOVWQZX(Mem{Base: x, Disp: 2 * i}, r)
		MOVWLZX(Mem{Base: table, Index: r, Scale: 2}, r.As32())
		MOVW(r.As16(), Mem{Base: dst, Disp: 2 * i})
	}
	ADDQ(Imm(2*lookupsAtOnce), x)
	ADDQ(Imm(2*lookupsAtOnce), dst)
	ADDQ(Imm(2*lookupsAtOnce), ahead)
	SUBQ(Imm(lookupsAtOnce), n)
	JNE(LabelRef("turn"))
	RET()
}
