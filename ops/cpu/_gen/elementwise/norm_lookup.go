package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// normGatherLookup generates the kernel of scaleOffsetCodes followed by gatherLookup.
func (c *code) normGatherLookup() {
	c.normLookup("NormGatherLookup", func() {}, func(m int, x, dst, table, ahead Register) {
		order := c.pairOrder()
		c.eachRow(m, Load(Param("rows"), GP64()), func(scale, offset Register) {
			c.together(1, func(int) {
				c.do(func() { PREFETCHT0(Mem{Base: ahead}) })
				v := c.normOfCodes(m, order, Mem{Base: x}, Mem{Base: scale}, Mem{Base: offset})
				c.write(m, c.gather(v, table), Mem{Base: dst})
			})
			advance(lineBytes, x, dst, ahead)
		})
	})
}

// ringBytes is the size of the ring of lines in which codes wait for single loads. A processor cannot hand them on from the store of
// a vector to loads of parts of it; a few lines later they are in cache.
const ringBytes = 8 * lineBytes

// normSingleLookup generates the kernel of scaleOffsetCodes followed by lookup. The instructions of the norm of a line wait for each
// other, and what is loaded from the table for them; so a line's entries are read beside the norm of a later line, which takes its
// place in the ring: the first loop fills the ring, the last empties it.
func (c *code) normSingleLookup() {
	var counters Mem
	c.normLookup("NormSingleLookup", func() { counters = AllocLocal(16) }, func(m int, x, dst, table, ahead Register) {
		scale, offset, ring := Load(Param("scale"), GP64()), Load(Param("offset"), GP64()), Load(Param("ring"), GP64())
		filling, rest := counters, counters.Offset(8)
		splitLines(filling, rest)
		order, fields, at := c.pairOrder(), codeFields(), GP64()
		XORL(at.As32(), at.As32())
		norm := func() (store func()) {
			var codes []VecVirtual
			for i := 0; i < lineBytes; i += c.bytes {
				from := func(base Register) Mem { return Mem{Base: base, Index: at, Scale: 4, Disp: i} }
				codes = append(codes, c.normOfCodes(m, order, Mem{Base: x, Disp: i}, from(scale), from(offset)))
			}
			return func() {
				for i, v := range codes {
					VMOVUPS(v, Mem{Base: ring, Disp: i * c.bytes})
				}
			}
		}
		loop := func(name string, count Mem, body func()) {
			name = fmt.Sprintf("%s%d", name, m)
			Label(name)
			body()
			advance(lineBytes, ring)
			ANDQ(I32(^ringBytes), ring)
			DECQ(count)
			JNE(LabelRef(name))
		}
		next := func(label string) {
			label = fmt.Sprintf("%s%d", label, m)
			advance(lineBytes, x)
			ADDQ(Imm(codesAtOnce), at)
			CMPQ(at, NewParamAddr("n", 16))
			JNE(LabelRef(label))
			XORL(at.As32(), at.As32())
			Label(label)
		}
		var store func()
		loop("fill", filling, func() {
			c.together(1, func(int) { store = norm() })
			store()
			next("filledInRow")
		})
		// Fewer lines than the ring holds leave ring in the middle of it, and the loop has counted them down.
		Load(Param("ring"), ring)
		splitLines(filling, rest)
		CMPQ(rest, Imm(0))
		JEQ(LabelRef(fmt.Sprintf("empty%d", m)))
		loop("line", rest, func() {
			c.beside(func() { store = norm() }, func() {
				c.do(func() { PREFETCHT0(Mem{Base: ahead}) })
				c.lookupLine(m, ring, table, dst, fields)
			})
			store()
			next("inRow")
			advance(lineBytes, dst, ahead)
		})
		loop("empty", filling, func() {
			c.together(1, func(int) { c.lookupLine(m, ring, table, dst, fields) })
			advance(lineBytes, dst)
		})
	})
}

// splitLines sets first to the number of lines of rows of n codes that fill a ring, or to that of all lines if those are fewer, and
// rest to the number of the others.
func splitLines(first, rest Mem) {
	lines, most := Load(Param("rows"), GP64()), GP64()
	IMULQ(NewParamAddr("n", 16), lines)
	SHRQ(Imm(uint64(log2(codesAtOnce))), lines)
	MOVQ(I32(ringBytes/lineBytes), most)
	CMPQ(lines, most)
	CMOVQLT(lines, most)
	SUBQ(most, lines)
	MOVQ(most, first)
	MOVQ(lines, rest)
}

// beside emits the instructions of two builders, those of the first evenly spread among those of the second, which are more.
func (c *code) beside(few, many func()) {
	c.pending = nil
	few()
	first := c.pending
	c.pending = nil
	many()
	done := 0
	for i, instruction := range c.pending {
		for ; done*len(c.pending) < (i+1)*len(first); done++ {
			first[done]()
		}
		instruction()
	}
}

// normLookup generates a kernel of scaleOffsetCodes followed by a lookup.
func (c *code) normLookup(name string, prepare func(), body func(mode int, x, dst, table, ahead Register)) {
	TEXT("elementwise"+c.isa+name, NOSPLIT, "func(mode, rows, n int, dst, x *uint16, scale, offset *float32, table *uint32, ahead, ring *byte)")
	Doc("elementwise" + c.isa + name + " is a normLookupKernel.")
	prepare()
	mode := Load(Param("mode"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	table, ahead := Load(Param("table"), GP64()), Load(Param("ahead"), GP64())
	var modes []int
	for _, m := range c.withNative([]int{0, modeFlush, modeFlush | modeFlushLeft}, modeFlush) {
		modes = append(modes, m, m|modePast)
	}
	c.choose(modes, mode, func(m int) {
		c.holdForCodes(m)
		body(m, x, dst, table, ahead)
		c.fence(m)
	})
}
