package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// gelu generates the kernel of the model's GELU, x * logistic(scale * x), with every rounding between its three operations:
// from float32 to float32, and from codes to codes.
func (c *code) gelu() {
	TEXT("elementwise"+c.isa+"GELU", NOSPLIT, "func(mode, n int, dst, x *byte, scale float32)")
	Doc("elementwise" + c.isa + "GELU is a geluKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	const codes = modeNarrow | modeLeftHalf
	modes := c.withNative([]int{0, modeFlush, codes, codes | modeFlush}, codes|modeFlush)
	together := 1
	if c.wide {
		together = longTogether
	}
	scale := c.register()
	c.loops(modes, together, mode, n, func(m int) {
		VBROADCASTSS(NewParamAddr("scale", 32), scale)
		c.hold(logisticConstants...) // more would not leave enough registers
	}, func(m, vectors int) {
		half := m&codes != 0
		size := c.size(half)
		c.together(vectors, func(i int) {
			v, y := c.register(), c.register()
			c.load(half, Mem{Base: x, Disp: i * size}, v)
			c.do(func() { VMULPS(scale, v, y) })
			if m&modeFlush != 0 && !c.native {
				c.flush(y)
			}
			round := c.round
			if !half {
				round = func(VecVirtual) {}
			}
			round(y)
			z := c.logistic(y, round)
			round(z)
			c.do(func() { VMULPS(v, z, z) })
			c.store(m, z, Mem{Base: dst, Disp: i * size})
		})
		ADDQ(Imm(uint64(vectors*size)), x)
		ADDQ(Imm(uint64(vectors*size)), dst)
	})
}
