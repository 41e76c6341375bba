package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// rotary generates the kernel of a rotary position embedding in float32.
func (c *code) rotary() {
	TEXT("elementwise"+c.isa+"Rotary", NOSPLIT, "func(mode, n int, dst, x, cos, sin *float32)")
	Doc("elementwise" + c.isa + "Rotary is a rotaryKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	cos, sin := Load(Param("cos"), GP64()), Load(Param("sin"), GP64())
	firstSigns := c.data("firstSigns", func(i int) uint32 { return signBit * uint32(1-i%2) })
	c.loops([]int{0, modeFlush}, 1, mode, n, func(m int) { c.holdFor(m, nil) }, func(m, _ int) {
		c.together(1, func(int) {
			v, turned := c.register(), c.register()
			c.do(func() { VMOVUPS(Mem{Base: x}, v) })
			c.comment("The elements of every pair change places, and the second one its sign.")
			c.do(func() { VPERMILPS(Imm(0xb1), v, turned) })
			c.xor(firstSigns, turned, turned)
			c.do(func() { VMULPS(Mem{Base: cos}, v, v) })
			c.do(func() { VMULPS(Mem{Base: sin}, turned, turned) })
			if m&modeFlush != 0 {
				c.flush(v)
				c.flush(turned)
			}
			c.do(func() { VADDPS(turned, v, v) })
			c.store(m, v, Mem{Base: dst})
		})
		advance(c.bytes, x, dst, cos, sin)
	})
}
