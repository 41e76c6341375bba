package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// scaleOffset generates the kernel of the last two equations of a norm, x * scale + offset, with the rounding between them: from
// float32 to float32, and from codes to codes.
func (c *code) scaleOffset() {
	TEXT("elementwise"+c.isa+"ScaleOffset", NOSPLIT, "func(mode, n int, dst, x *byte, scale, offset *float32)")
	Doc("elementwise" + c.isa + "ScaleOffset is a scaleOffsetKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	scale, offset := Load(Param("scale"), GP64()), Load(Param("offset"), GP64())
	const codes = modeNarrow | modeLeftHalf
	var modes []int
	for _, m := range []int{0, codes} {
		modes = append(modes, m, m|modeFlush, m|modeFlush|modeFlushLeft)
	}
	c.loops(c.withNative(modes, codes|modeFlush), 1, mode, n, func(m int) { c.holdFor(m, nil) }, func(m, _ int) {
		half := m&codes != 0
		c.together(1, func(int) {
			v := c.register()
			c.load(half, Mem{Base: x}, v)
			if m&modeFlushLeft != 0 {
				c.flush(v)
			}
			c.do(func() { VMULPS(Mem{Base: scale}, v, v) })
			if m&modeFlush != 0 && !c.native {
				c.flush(v)
			}
			if half {
				c.round(v)
			}
			c.do(func() { VADDPS(Mem{Base: offset}, v, v) })
			c.store(m, v, Mem{Base: dst})
		})
		ADDQ(Imm(uint64(c.size(half))), x)
		ADDQ(Imm(uint64(c.size(half))), dst)
		ADDQ(Imm(uint64(c.bytes)), scale)
		ADDQ(Imm(uint64(c.bytes)), offset)
	})
}
