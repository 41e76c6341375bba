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
	c.spread([]Register{x, y}, []Register{xStep, yStep})
	modes := c.withNative(modes(op.flushes, modeNarrow, modeLeftHalf, modeRightHalf), modeFlush|modeNarrow)
	for _, m := range modes[:len(modes):len(modes)] {
		if m&modeFlush != 0 {
			modes = append(modes, m|modeFlushLeft)
		}
	}
	c.loops(modes, 1, mode, n, func(m int) { c.holdFor(m, op.constants) }, func(m, _ int) {
		left, right := m&modeLeftHalf != 0, m&modeRightHalf != 0
		c.together(1, func(int) {
			v, operand := c.register(), Op(Mem{Base: y})
			c.load(left, Mem{Base: x}, v)
			if m&modeFlushLeft != 0 {
				c.flush(v)
			}
			if right {
				w := c.register()
				c.load(true, Mem{Base: y}, w)
				operand = w
			}
			c.store(m, op.emit(c, v, operand), Mem{Base: dst})
		})
		for _, p := range []struct {
			half          bool
			pointer, step Register
		}{{left, x, xStep}, {right, y, yStep}} {
			if p.half {
				ADDQ(Imm(uint64(c.size(true))), p.pointer)
			} else {
				ADDQ(p.step, p.pointer)
			}
		}
		ADDQ(Imm(uint64(c.size(m&modeNarrow != 0))), dst)
	})
}

// spread makes operands whose step is zero readable again and again: a vector of the one value on the stack. Steps become
// bytes of a vector.
func (c *code) spread(operands, steps []Register) {
	for i, from := range operands {
		label := fmt.Sprintf("run%d", i)
		TESTQ(steps[i], steps[i])
		JNE(LabelRef(label))
		Comment("One value for all: a vector of it on the stack, which is read again and again.")
		fill, v := AllocLocal(c.bytes), c.register()
		VBROADCASTSS(Mem{Base: from}, v)
		VMOVUPS(v, fill)
		LEAQ(fill, from)
		Label(label)
		SHLQ(Imm(uint64(log2(c.bytes))), steps[i])
	}
}

// unary generates the kernel of a function of one run.
func (c *code) unary(op unaryOp) {
	name := "elementwise" + c.isa + op.name
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x *byte)")
	Doc(fmt.Sprintf("%s is a unaryKernel.", name))
	mode := Load(Param("mode"), GP64())
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	together := 1
	if c.wide && op.long {
		together = longTogether
	}
	native := modeFlush | modeNarrow
	if op.normal {
		native = modeNarrow
	}
	c.loops(c.withNative(modes(op.flushes, modeNarrow, modeLeftHalf), native), together, mode, n, func(m int) { c.holdFor(m, op.constants) }, func(m, vectors int) {
		from, to := c.size(m&modeLeftHalf != 0), c.size(m&modeNarrow != 0)
		c.together(vectors, func(i int) {
			v := c.register()
			c.load(m&modeLeftHalf != 0, Mem{Base: x, Disp: i * from}, v)
			c.store(m, op.emit(c, v), Mem{Base: dst, Disp: i * to})
		})
		ADDQ(Imm(uint64(vectors*from)), x)
		ADDQ(Imm(uint64(vectors*to)), dst)
	})
}

// longTogether is the number of vectors that functions with long chains of instructions compute together.
const longTogether = 2

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

// withNative adds the native form of the modes that have all the given bits, where the instruction set has it, before the
// others.
func (c *code) withNative(modes []int, bits int) []int {
	all := modes[:1:1]
	for _, m := range modes {
		if c.wide && m&bits == bits {
			all = append(all, m|modeNative)
		}
	}
	return append(all, modes[1:]...)
}

// loops generates for each mode a loop over n values, so many vectors together and the rest one by one, and the choice
// between the modes.
func (c *code) loops(modes []int, together int, mode, n Register, prepare func(mode int), body func(mode, vectors int)) {
	SHRQ(Imm(uint64(log2(c.bytes/4))), n)
	c.choose(modes, mode, func(m int) {
		prepare(m)
		if together > 1 {
			SUBQ(Imm(uint64(together)), n)
			JLT(LabelRef(fmt.Sprintf("rest%d", m)))
			Label(fmt.Sprintf("together%d", m))
			body(m, together)
			SUBQ(Imm(uint64(together)), n)
			JGE(LabelRef(fmt.Sprintf("together%d", m)))
			Label(fmt.Sprintf("rest%d", m))
			ADDQ(Imm(uint64(together)), n)
			JEQ(LabelRef(fmt.Sprintf("done%d", m)))
		}
		Label(fmt.Sprintf("loop%d", m))
		body(m, 1)
		DECQ(n)
		JNE(LabelRef(fmt.Sprintf("loop%d", m)))
		if together > 1 {
			Label(fmt.Sprintf("done%d", m))
		}
		c.fence(m)
	})
}

// choose generates what each mode does and the choice between the modes, of which the first is the default.
func (c *code) choose(modes []int, mode Register, body func(mode int)) {
	for _, m := range modes[1:] {
		CMPQ(mode, Imm(uint64(m)))
		JEQ(LabelRef(fmt.Sprintf("mode%d", m)))
	}
	for _, m := range modes {
		Label(fmt.Sprintf("mode%d", m))
		c.native = m&modeNative != 0
		body(m)
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
