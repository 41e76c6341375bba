package main

import (
	"fmt"

	"bf16lab/ops/cpu/_gen/encode"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// scaleOffset generates the kernel of the last two equations of a norm, x * scale + offset, with the rounding between them, of
// float32.
func (c *code) scaleOffset() {
	TEXT("elementwise"+c.isa+"ScaleOffset", NOSPLIT, "func(mode, n int, dst, x, scale, offset *float32)")
	Doc("elementwise" + c.isa + "ScaleOffset is a scaleOffsetKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	scale, offset := Load(Param("scale"), GP64()), Load(Param("offset"), GP64())
	modes := []int{0, modeFlush, modeFlush | modeFlushLeft}
	c.loops(modes, 1, mode, n, func(m int) { c.holdFor(m, nil) }, func(m, _ int) {
		c.together(1, func(int) {
			v := c.register()
			c.load(false, Mem{Base: x}, v)
			c.scaled(m, v, Mem{Base: scale})
			c.do(func() { VADDPS(Mem{Base: offset}, v, v) })
			c.store(m, v, Mem{Base: dst})
		})
		advance(c.bytes, x, dst, scale, offset)
	})
}

// scaled multiplies v by a vector in memory, flushing what the mode says. In a native loop the rounding flushes the product.
func (c *code) scaled(mode int, v VecVirtual, scale Mem) {
	if mode&modeFlushLeft != 0 {
		c.flush(v)
	}
	c.do(func() { VMULPS(scale, v, v) })
	if mode&modeFlush != 0 && !c.native {
		c.flush(v)
	}
}

// scaleOffsetCodes generates the same kernel from codes to codes, for several rows. Vectors of codes are taken apart into those
// in lower and those in upper halves, for which shifts and masks do; scale and offset are laid out accordingly.
func (c *code) scaleOffsetCodes() {
	TEXT("elementwise"+c.isa+"ScaleOffsetCodes", NOSPLIT, "func(mode, rows, n int, dst, x *uint16, scale, offset *float32)")
	Doc("elementwise" + c.isa + "ScaleOffsetCodes is a codesKernel.")
	mode, rows := Load(Param("mode"), GP64()), Load(Param("rows"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	c.choose(c.withNative([]int{0, modeFlush, modeFlush | modeFlushLeft}, modeFlush), mode, func(m int) {
		c.holdForCodes(m)
		order := c.pairOrder()
		c.eachRow(m, rows, func(scale, offset Register) {
			for at := 0; at < lineBytes; at += c.bytes {
				c.together(1, func(int) {
					v := c.normOfCodes(m, order, Mem{Base: x, Disp: at}, Mem{Base: scale, Disp: at}, Mem{Base: offset, Disp: at})
					c.do(func() { VMOVUPS(v, Mem{Base: dst, Disp: at}) })
				})
			}
			advance(lineBytes, x, dst)
		})
	})
}

// holdForCodes keeps the constants of normOfCodes in registers.
func (c *code) holdForCodes(mode int) {
	switch {
	case mode&modeNative == 0:
		c.holdFor(mode|modeNarrow, []uint32{upperHalf, lowerHalf})
	case mode&modeFlushLeft == 0:
		c.hold(upperHalf, lowerHalf, largestPositive, largestNegative)
	default:
		c.hold(append(flushConstants, upperHalf, lowerHalf, largestPositive, largestNegative)...)
	}
}

// Two codes of quiet NaN that keep their sign only.
const (
	largestPositive = 0x7fc07fc0
	largestNegative = 0xffc0ffc0
)

// eachRow generates the loops of a mode over rows of n codes, with pointers to the scale and the offset of a line of them.
func (c *code) eachRow(mode int, rows Register, body func(scale, offset Register)) {
	Label(fmt.Sprintf("row%d", mode))
	n := Load(Param("n"), GP64())
	scale, offset := Load(Param("scale"), GP64()), Load(Param("offset"), GP64())
	turns(mode, n, func() {
		body(scale, offset)
		advance(2*lineBytes, scale, offset)
	})
	DECQ(rows)
	JNE(LabelRef(fmt.Sprintf("row%d", mode)))
}

// upperHalf has the bits of the second of two codes, which are those of a float32.
const upperHalf = 0xffff0000

// normOfCodes returns the codes of x * scale + offset for a vector of codes x. The floats for lower halves lie at scale and offset,
// those for upper halves a line behind.
func (c *code) normOfCodes(mode int, order Op, x, scale, offset Mem) VecVirtual {
	v := c.register()
	c.do(func() { VMOVUPS(x, v) })
	halves := c.apart(v)
	for i, h := range halves {
		c.scaled(mode, h, scale.Offset(i*lineBytes))
	}
	if c.native {
		halves = c.apart(c.narrowPairs(halves, order))
	} else {
		for _, h := range halves {
			c.round(h)
		}
	}
	for i, h := range halves {
		at := offset.Offset(i * lineBytes)
		c.do(func() { VADDPS(at, h, h) })
	}
	if c.native {
		v := c.narrowPairs(halves, order)
		c.quietCodes(v)
		return v
	}
	return c.roundPairs(mode, halves)
}

// apart returns the values of the codes in lower and in upper halves of v, which is overwritten.
func (c *code) apart(v VecVirtual) [2]VecVirtual {
	low := c.register()
	c.do(func() { VPSLLD(Imm(16), v, low) })
	c.and(c.bits(upperHalf), v, v)
	return [2]VecVirtual{low, v}
}

// narrowPairs rounds values to codes in lower and in upper halves. Subnormal values become zeros, NaN keep their upper bits.
func (c *code) narrowPairs(halves [2]VecVirtual, order Op) VecVirtual {
	v := c.register()
	c.do(func() { encode.NarrowTwo(halves[0], halves[1], v) })
	c.do(func() { VPERMW(v, order, v) })
	return v
}

// pairOrder returns the order in which VPERMW puts the codes of two vectors in turn; nil where there is no such instruction.
func (c *code) pairOrder() Op {
	if !c.wide {
		return nil
	}
	order := c.register()
	VMOVDQU32(c.data("pairOrder", func(i int) uint32 { return uint32(i+16)<<16 | uint32(i) }), order)
	return order
}

// quietCodes makes every NaN among codes, whose quiet bit is set, one that keeps its sign only. The codes of the others are
// smaller, if those of negative values are taken for negative, and for larger than all positive ones.
func (c *code) quietCodes(v VecVirtual) {
	c.do(func() { VPMINSW(c.bits(largestPositive), v, v) })
	c.do(func() { VPMINUW(c.bits(largestNegative), v, v) })
}

// roundPairs rounds values to codes in lower and in upper halves, after flushing if the mode says so. It is bf16.ToBFloat16.
func (c *code) roundPairs(mode int, halves [2]VecVirtual) VecVirtual {
	for i, h := range halves {
		if mode&modeFlush != 0 {
			c.flush(h)
		}
		halves[i] = c.roundedBits(h)
	}
	low, high := halves[0], halves[1]
	c.do(func() { VPSRLD(Imm(16), low, low) })
	c.pair(low, high)
	return high
}

// pair puts the lower halves of low in the place of those of high.
func (c *code) pair(low, high VecVirtual) {
	if c.wide {
		c.do(func() { VPTERNLOGD(Imm(0xd8), c.bits(lowerHalf), low, high) })
	} else {
		c.do(func() { VPBLENDW(Imm(0x55), low, high, high) })
	}
}
