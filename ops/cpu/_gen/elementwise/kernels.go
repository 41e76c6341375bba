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
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x, y *byte, xStep, yStep int)")
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
		fill, v := AllocLocal(c.bytes), c.register()
		VBROADCASTSS(Mem{Base: s.from}, v)
		VMOVUPS(v, fill)
		LEAQ(fill, s.from)
		Label(label)
		SHLQ(Imm(uint64(log2(c.bytes))), s.step)
	}
	next := func(half bool, from, step Register) {
		if half {
			c.advance(true, from)
		} else {
			ADDQ(step, from)
		}
	}
	modes := modes(op.flushes, modeNarrow, modeLeftHalf, modeRightHalf)
	c.loops(modes, mode, n, func(m int) { c.holdFor(m, op.constants) }, func(m int) {
		left, right := m&modeLeftHalf != 0, m&modeRightHalf != 0
		v, operand := c.register(), Op(Mem{Base: y})
		c.load(left, x, v)
		if right {
			w := c.register()
			c.load(true, y, w)
			operand = w
		}
		c.store(m, op.emit(c, v, operand), dst)
		next(left, x, xStep)
		next(right, y, yStep)
	})
}

// unary generates the kernel of a function of one run.
func (c *code) unary(op unaryOp) {
	name := "elementwise" + c.isa + op.name
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x *byte)")
	Doc(fmt.Sprintf("%s is a unaryKernel.", name))
	mode := Load(Param("mode"), GP64())
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	c.loops(modes(op.flushes, modeNarrow, modeLeftHalf), mode, n, func(m int) { c.holdFor(m, op.constants) }, func(m int) {
		v := c.register()
		c.load(m&modeLeftHalf != 0, x, v)
		c.store(m, op.emit(c, v), dst)
		c.advance(m&modeLeftHalf != 0, x)
	})
}

// modes lists the sums of the given bits, with modeFlush for operations whose results are flushed.
func modes(flushes bool, bits ...int) []int {
	if flushes {
		bits = append(bits, modeFlush)
	}
	all := []int{0}
	for _, bit := range bits {
		for _, m := range all[:len(all):len(all)] {
			all = append(all, m|bit)
		}
	}
	return all
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

func log2(n int) int {
	l := 0
	for ; n > 1; n /= 2 {
		l++
	}
	return l
}
