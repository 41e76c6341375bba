package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// gelu generates the kernel of the model's GELU in float32, x * logistic(scale * x).
func (c *code) gelu() {
	TEXT("elementwise"+c.isa+"GELU", NOSPLIT, "func(mode, n int, dst, x *float32, scale float32, ahead *byte)")
	Doc("elementwise" + c.isa + "GELU is a geluKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x, ahead := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("ahead"), GP64())
	together := 1
	if c.wide {
		together = longTogether
	}
	scale := c.register()
	c.loops([]int{0, modeFlush, modePast, modeFlush | modePast}, together, mode, n, func(m int) {
		VBROADCASTSS(NewParamAddr("scale", 32), scale)
		c.holdFor(m, logisticConstants)
	}, func(m, vectors int) {
		c.together(vectors, func(i int) {
			v, y := c.register(), c.register()
			c.do(func() { PREFETCHT1(Mem{Base: ahead, Disp: i * c.bytes}) })
			c.load(false, Mem{Base: x, Disp: i * c.bytes}, v)
			c.do(func() { VMULPS(scale, v, y) })
			if m&modeFlush != 0 {
				c.flush(y)
			}
			z := c.logistic(y, func(VecVirtual) {})
			c.do(func() { VMULPS(v, z, z) })
			c.store(m, z, Mem{Base: dst, Disp: i * c.bytes})
		})
		ADDQ(Imm(uint64(vectors*c.bytes)), x)
		ADDQ(Imm(uint64(vectors*c.bytes)), dst)
		ADDQ(Imm(uint64(vectors*c.bytes)), ahead)
	})
}
