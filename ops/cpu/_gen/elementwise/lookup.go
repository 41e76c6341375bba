package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// lookup generates the kernel that takes values from a table by single loads.
func (c *code) lookup() {
	TEXT("elementwise"+c.isa+"Lookup", NOSPLIT, "func(mode, n int, dst, x *uint16, table *uint32, ahead *byte)")
	Doc("elementwise" + c.isa + "Lookup is a lookupKernel.")
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	dst, x, table := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("table"), GP64())
	ahead := Load(Param("ahead"), GP64())
	fields := codeFields()
	c.choose([]int{0, modePast}, mode, func(m int) {
		turns(m, n, func() {
			PREFETCHT1(Mem{Base: ahead})
			c.together(1, func(int) { c.lookupLine(m, x, table, dst, fields) })
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

// lookupLine writes what a table has for the codes of a line, past the caches if the mode says so.
func (c *code) lookupLine(mode int, x, table, dst Register, fields [2]Register) {
	write := MOVL
	if mode&modePast != 0 {
		write = MOVNTIL
	}
	for at := 0; at < lineBytes; at += 8 {
		for i, pair := range c.lookupFour(x, table, at, fields) {
			c.do(func() { write(pair.As32(), Mem{Base: dst, Disp: at + 4*i}) })
		}
	}
}

// codeFields returns what BEXTR takes the second and the third of four codes by.
func codeFields() (fields [2]Register) {
	for i := range fields {
		fields[i] = GP64()
		MOVQ(I32(16<<8|16*(i+1)), fields[i])
	}
	return fields
}

// lookupFour returns what a table has for the four codes that lie at bytes behind x, in pairs. An entry has its value in the upper
// half, where it belongs if it is the second of a pair; what is read two bytes further has it in the lower half.
func (c *code) lookupFour(x, table Register, at int, fields [2]Register) (pairs [2]GPVirtual) {
	var codes [4]GPVirtual
	for i := range codes {
		codes[i] = GP64()
	}
	c.do(func() { MOVQ(Mem{Base: x, Disp: at}, codes[3]) })
	c.do(func() { MOVWQZX(codes[3].As16(), codes[0]) })
	for i, field := range fields {
		c.do(func() { BEXTRQ(field, codes[3], codes[i+1]) })
	}
	c.do(func() { SHRQ(Imm(48), codes[3]) })
	for i := range pairs {
		pairs[i] = codes[2*i]
		c.do(func() { MOVL(Mem{Base: table, Index: codes[2*i], Scale: 4, Disp: 2}, pairs[i].As32()) })
		c.do(func() { ORL(Mem{Base: table, Index: codes[2*i+1], Scale: 4}, pairs[i].As32()) })
	}
	return pairs
}

// gatherLookup generates the kernel that takes values from a table by gathering instructions.
func (c *code) gatherLookup() {
	TEXT("elementwise"+c.isa+"GatherLookup", NOSPLIT, "func(mode, n int, dst, x *uint16, table *uint32, ahead *byte)")
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

// gather returns what a table has for the codes of a vector, which is overwritten. One instruction reads the entries of the codes in
// lower halves, another those of the codes in upper halves.
func (c *code) gather(v VecVirtual, table Register) VecVirtual {
	index := []VecVirtual{c.register(), v}
	c.and(c.bits(lowerHalf), v, index[0])
	c.do(func() { VPSRLD(Imm(16), v, v) })
	var got []VecVirtual
	for _, at := range index {
		to, all := c.register(), K()
		c.do(func() { KXNORW(all, all, all) })
		c.do(func() { VPXORD(to, to, to) })
		c.do(func() { VPGATHERDD(Mem{Base: table, Index: at, Scale: 4}, all, to) })
		got = append(got, to)
	}
	c.do(func() { VPSRLD(Imm(16), got[0], got[0]) })
	c.pair(got[0], got[1])
	return got[1]
}
