package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// lookup generates the kernel that takes values from a table by single loads, four codes to a register and to a store.
func (c *code) lookup() {
	TEXT("elementwise"+c.isa+"Lookup", NOSPLIT, "func(mode, n int, dst, x, table *uint16, ahead *byte)")
	Doc("elementwise" + c.isa + "Lookup is a lookupKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x, table := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("table"), GP64())
	ahead := Load(Param("ahead"), GP64())
	c.choose([]int{0, modePast}, mode, func(m int) {
		turns(m, n, func() {
			PREFETCHT1(Mem{Base: ahead})
			for at := 0; at < lineBytes; at += 8 {
				four := lookupFour(x, table, at)
				if m&modePast != 0 {
					MOVNTIQ(four, Mem{Base: dst, Disp: at})
				} else {
					MOVQ(four, Mem{Base: dst, Disp: at})
				}
			}
			advance(lineBytes, x, dst, ahead)
		})
		c.fence(m)
	})
}

// codesAtOnce is the number of codes in a turn of a loop over codes: those of a line.
const codesAtOnce = lineBytes / 2

// turns generates the loop of a mode over n codes.
func turns(mode int, n Register, body func()) {
	label := fmt.Sprintf("turn%d", mode)
	Label(label)
	body()
	SUBQ(Imm(codesAtOnce), n)
	JNE(LabelRef(label))
}

// lookupFour returns what a table has for the four codes that lie at bytes behind x. The last of them are at the top, and the
// others are read into the lowest two bytes in turn.
func lookupFour(x, table Register, at int) GPVirtual {
	var codes [4]GPVirtual
	for i := range codes {
		codes[i] = GP64()
		MOVWQZX(Mem{Base: x, Disp: at + 2*i}, codes[i])
	}
	four := codes[3]
	MOVWQZX(Mem{Base: table, Index: four, Scale: 2}, four)
	for i := 2; i >= 0; i-- {
		SHLQ(Imm(16), four)
		MOVW(Mem{Base: table, Index: codes[i], Scale: 2}, four.As16())
	}
	return four
}

// gatherLookup generates the kernel that takes values from a table by gathering instructions.
func (c *code) gatherLookup() {
	TEXT("elementwise"+c.isa+"GatherLookup", NOSPLIT, "func(mode, n int, dst, x, table *uint16, ahead *byte)")
	Doc("elementwise" + c.isa + "GatherLookup is a lookupKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x, table := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("table"), GP64())
	ahead := Load(Param("ahead"), GP64())
	c.choose([]int{0, modePast}, mode, func(m int) {
		c.hold(lowerHalf)
		turns(m, n, func() {
			c.together(1, func(int) {
				c.do(func() { PREFETCHT1(Mem{Base: ahead}) })
				v := c.register()
				c.do(func() { VMOVUPS(Mem{Base: x}, v) })
				c.write(m, c.gather(v, table), Mem{Base: dst})
			})
			advance(lineBytes, x, dst, ahead)
		})
		c.fence(m)
	})
}

// lowerHalf has the bits of the first of two codes.
const lowerHalf = 0xffff

// gather returns what a table has for the codes of a vector, which is overwritten. An instruction reads two codes from where each
// code's entry lies; of those that it reads for the codes in lower and in upper halves the first ones are put together.
func (c *code) gather(v VecVirtual, table Register) VecVirtual {
	index := []VecVirtual{c.register(), v}
	c.and(c.bits(lowerHalf), v, index[0])
	c.do(func() { VPSRLD(Imm(16), v, v) })
	var got []VecVirtual
	for _, at := range index {
		to, all := c.register(), K()
		c.do(func() { KXNORW(all, all, all) })
		c.do(func() { VPXORD(to, to, to) })
		c.do(func() { VPGATHERDD(Mem{Base: table, Index: at, Scale: 2}, all, to) })
		got = append(got, to)
	}
	c.do(func() { VPSLLD(Imm(16), got[1], got[1]) })
	c.pair(got[0], got[1])
	return got[1]
}
