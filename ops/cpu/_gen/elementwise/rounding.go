package main

import (
	"bf16lab/ops/cpu/_gen/encode"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// roundedBits returns values whose upper halves are v rounded to bfloat16, to nearest even: bf16.ToBFloat16. Their lower
// halves are arbitrary, and v may be overwritten.
func (c *code) roundedBits(v VecVirtual) VecVirtual {
	t := c.register()
	if c.wide {
		c.comment("A NaN keeps its sign. Half is added; in a tie, after which the lower half is zero, the last bit becomes even.")
		c.quiet(v)
		tie := K()
		c.do(func() { VPADDD(c.bits(0x8000), v, t) })
		c.do(func() { VPTESTNMD(c.bits(0xffff), t, tie) })
		c.do(func() { VPANDD(c.bits(0xfffeffff), t, tie, t) })
		return t
	}
	c.do(func() { VPSRLD(Imm(16), v, t) })
	c.and(c.bits(1), t, t)
	c.do(func() { VPADDD(c.bits(0x7fff), t, t) })
	c.do(func() { VPADDD(v, t, t) })
	n := YMM()
	c.do(func() { VPAND(c.bits(signBit), v, n) })
	c.do(func() { VPOR(c.bits(quietNaN), n, n) })
	c.replace(c.compare(unordered, v, v), n, t)
	return t
}

// quiet makes every NaN a quiet one that keeps its sign only, in place.
func (c *code) quiet(v VecVirtual) {
	quiet, nan := c.read(quietBit), c.compare(unordered, v, v)
	c.do(func() { VPTERNLOGD(Imm(0xa8), c.bits(quietBits), quiet, nan, v) })
}

// Bits of a quiet NaN: the one that makes it quiet, and those that are kept.
const (
	quietBit  = 0x00400000
	quietBits = 0xffc00000
)

// round rounds v to bfloat16, in place. In a native loop subnormal values become zeros and NaN stay as they are.
func (c *code) round(v VecVirtual) {
	if c.native {
		codes := YMM()
		c.do(func() { encode.Narrow(v, codes) })
		c.do(func() { VPMOVZXWD(codes, v) })
		c.do(func() { VPSLLD(Imm(16), v, v) })
		return
	}
	c.and(c.bits(0xffff0000), c.roundedBits(v), v)
}

var roundConstants = []uint32{quietBit, quietBits, 0x8000, 0xffff, 0xfffeffff, 0xffff0000}
