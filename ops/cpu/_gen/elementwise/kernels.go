package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// binary generates the kernel of an operation on two runs, either of which may be one value that is the same for all.
func (c *code) binary(op binaryOp) {
	name := "elementwise" + c.isa + op.name
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x, y *float32, xStep, yStep int)")
	Doc(fmt.Sprintf("%s is a binaryKernel.", name))
	mode := Load(Param("mode"), GP64())
	n := Load(Param("n"), GP64())
	dst, x, y := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	xStep, yStep := Load(Param("xStep"), GP64()), Load(Param("yStep"), GP64())
	for i, s := range []struct{ from, step Register }{{x, xStep}, {y, yStep}} {
		label := fmt.Sprintf("run%d", i)
		TESTQ(s.step, s.step)
		JNE(LabelRef(label))
		Comment("One value for all: a vector of it on the stack, which is read again and again.")
		fill, v := AllocLocal(64), c.register()
		VBROADCASTSS(Mem{Base: s.from}, v)
		for at := 0; at < c.bytes; at += c.bytes {
			VMOVUPS(v, fill.Offset(at))
		}
		LEAQ(fill, s.from)
		Label(label)
		SHLQ(Imm(uint64(log2(c.bytes))), s.step)
	}
	c.loops(op.modes(), mode, n, func(m int) {
		c.holdFor(m, op.constants)
	}, func(m int) {
		v := c.register()
		VMOVUPS(Mem{Base: x}, v)
		v = op.emit(c, v, Mem{Base: y})
		c.finish(m, v)
		VMOVUPS(v, Mem{Base: dst})
		ADDQ(xStep, x)
		ADDQ(yStep, y)
		ADDQ(Imm(uint64(c.bytes)), dst)
	})
}

// unary generates the kernel of a function of one run.
func (c *code) unary(op unaryOp) {
	name := "elementwise" + c.isa + op.name
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x *float32)")
	Doc(fmt.Sprintf("%s is a unaryKernel.", name))
	mode := Load(Param("mode"), GP64())
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	c.loops(op.modes(), mode, n, func(m int) {
		c.holdFor(m, op.constants)
	}, func(m int) {
		v := c.register()
		VMOVUPS(Mem{Base: x}, v)
		v = op.emit(c, v)
		c.finish(m, v)
		VMOVUPS(v, Mem{Base: dst})
		ADDQ(Imm(uint64(c.bytes)), x)
		ADDQ(Imm(uint64(c.bytes)), dst)
	})
}

// loops generates one loop over n values for each mode and the choice between them.
func (c *code) loops(modes []int, mode, n Register, prepare, body func(mode int)) {
	SHRQ(Imm(uint64(log2(c.bytes/4))), n)
	for _, m := range modes[1:] {
		CMPQ(mode, Imm(uint64(m)))
		JEQ(LabelRef(fmt.Sprintf("mode%d", m)))
	}
	for _, m := range modes {
		loop := fmt.Sprintf("loop%d", m)
		Label(fmt.Sprintf("mode%d", m))
		prepare(m)
		Label(loop)
		body(m)
		DECQ(n)
		JNE(LabelRef(loop))
		VZEROUPPER()
		RET()
	}
}

// encode generates the rounding of float32 values to bfloat16 codes.
func (c *code) encode() {
	name := "elementwise" + c.isa + "Encode"
	TEXT(name, NOSPLIT, "func(n int, dst *uint16, x *float32)")
	Doc(fmt.Sprintf("%s is elementwiseKernels.encode.", name))
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	SHRQ(Imm(4), n)
	c.hold(roundConstants...)
	Label("loop")
	if c.wide {
		v := ZMM()
		VMOVUPS(Mem{Base: x}, v)
		c.round(v)
		VPSRLD(Imm(16), v, v)
		VPMOVDW(v, Mem{Base: dst})
	} else {
		v, w := YMM(), YMM()
		VMOVUPS(Mem{Base: x}, v)
		VMOVUPS(Mem{Base: x, Disp: 32}, w)
		c.round(v)
		c.round(w)
		VPSRLD(Imm(16), v, v)
		VPSRLD(Imm(16), w, w)
		Comment("Packing works within 128-bit lanes; the quarters are put in order afterwards.")
		VPACKUSDW(w, v, v)
		VPERMQ(Imm(0xd8), v, v)
		VMOVUPS(v, Mem{Base: dst})
	}
	ADDQ(Imm(64), x)
	ADDQ(Imm(32), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// decode generates the widening of bfloat16 codes.
func (c *code) decode() {
	name := "elementwise" + c.isa + "Decode"
	TEXT(name, NOSPLIT, "func(n int, dst *float32, x *uint16)")
	Doc(fmt.Sprintf("%s is elementwiseKernels.decode.", name))
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	SHRQ(Imm(4), n)
	Label("loop")
	for at := 0; at < 64; at += c.bytes {
		v := c.register()
		VPMOVZXWD(Mem{Base: x, Disp: at / 2}, v)
		VPSLLD(Imm(16), v, v)
		VMOVUPS(v, Mem{Base: dst, Disp: at})
	}
	ADDQ(Imm(32), x)
	ADDQ(Imm(64), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

func log2(n int) int {
	l := 0
	for ; n > 1; n /= 2 {
		l++
	}
	return l
}
