package main

import (
	"fmt"

	"bf16lab/ops/cpu/_gen/lanes"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// packLines512 generates the packer for lines that are neighbours in memory: a copy of rows of up to two registers.
func packLines512(s source) {
	lanes := 64 / s.valueSize
	name := "packLinesAVX512" + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *%s, width int, src *%s, lines, step, count int)", s.value, s.element))
	Doc(fmt.Sprintf("%s is packers.lines for at most %d lines and columns.", name, 2*lanes))
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	width, lines := Load(Param("width"), GP64()), Load(Param("lines"), GP64())
	step, count := Load(Param("step"), GP64()), Load(Param("count"), GP64())
	read, write := masks(lines, 2, lanes), masks(width, 2, lanes)
	SHLQ(Imm(uint64(log2(s.size))), step)
	SHLQ(Imm(uint64(log2(s.valueSize))), width)
	x, y := ZMM(), ZMM()
	next := func(label string) {
		ADDQ(step, src)
		ADDQ(width, dst)
		DECQ(count)
		JNE(LabelRef(label))
		VZEROUPPER()
		RET()
	}
	CMPQ(width, Imm(64))
	JLE(LabelRef("narrow"))
	Label("wide")
	s.loadMasked(Mem{Base: src}, read[0], x)
	s.loadMasked(Mem{Base: src, Disp: lanes * s.size}, read[1], y)
	s.storeMasked(x, write[0], Mem{Base: dst})
	s.storeMasked(y, write[1], Mem{Base: dst, Disp: 64})
	next("wide")
	Label("narrow")
	s.loadMasked(Mem{Base: src}, read[0], x)
	s.storeMasked(x, write[0], Mem{Base: dst})
	next("narrow")
}

// masks emits masks of the first n values of so many registers.
func masks(n Register, registers, lanes int) []OpmaskVirtual {
	bits := GP64()
	MOVQ(I32(-1), bits)
	BZHIQ(n, bits, bits)
	m := make([]OpmaskVirtual, registers)
	for j := range m {
		if j > 0 {
			SHRQ(Imm(uint64(lanes)), bits)
		}
		m[j] = K()
		KMOVW(bits.As32(), m[j])
	}
	return m
}

// packTranspose512 generates the packer for lines whose elements are neighbours in memory: transposes of square blocks, of
// 16 x 16 values or, for float64, 8 x 8.
func packTranspose512(s source) {
	side := 64 / s.valueSize
	name := "packTransposeAVX512" + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *%s, width, cover int, src *%s, lines, line, count int)", s.value, s.element))
	Doc(fmt.Sprintf("%s is packers.transpose for at most %d lines and columns.", name, side))
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	width, cover := Load(Param("width"), GP64()), Load(Param("cover"), GP64())
	lines, line, count := Load(Param("lines"), GP64()), Load(Param("line"), GP64()), Load(Param("count"), GP64())
	SHLQ(Imm(uint64(log2(s.valueSize))), width)
	SHLQ(Imm(uint64(log2(s.size))), line)
	valid, write := masks(lines, 1, side)[0], masks(cover, 1, side)[0]
	Comment("Distance to the lines of the next panel, which are fetched meanwhile.")
	next := GP64()
	MOVQ(line, next)
	IMULQ(lines, next)
	starts := lineStarts(src, line, lines, side)
	offset, some, most, bits, start := GP64(), GP64(), GP64(), GP64(), GP64()
	XORQ(offset, offset)
	MOVQ(U32(side), most)
	read := K()
	Label("block")
	MOVQ(count, some)
	CMPQ(some, most)
	CMOVQGT(most, some)
	MOVQ(I32(-1), bits)
	BZHIQ(some, bits, bits)
	KMOVW(bits.As32(), read)
	rows := make([]VecVirtual, side)
	for i := range rows {
		rows[i] = ZMM()
		MOVQ(starts.Offset(8*i), start)
		PREFETCHT1(Mem{Base: start, Index: next, Scale: 1})
		s.loadMasked(Mem{Base: start, Index: offset, Scale: uint8(s.size)}, read, rows[i])
	}
	for _, column := range lanes.Transpose(rows, 64, s.valueSize, func() VecVirtual { return ZMM() }) {
		s.zeroMasked(column, valid)
		s.storeMasked(column, write, Mem{Base: dst})
		ADDQ(width, dst)
		DECQ(count)
		JEQ(LabelRef("done"))
	}
	ADDQ(Imm(uint64(side)), offset)
	ADDQ(Imm(uint64(side*s.size)), next)
	JMP(LabelRef("block"))
	Label("done")
	VZEROUPPER()
	RET()
}

// lineStarts emits a table of the starts of n lines on the stack. Lines that do not exist repeat the last one; their values
// are masked later.
func lineStarts(src, line, lines Register, n int) Mem {
	Comment("Start of each line; lines that do not exist repeat the last one and are masked later.")
	starts := AllocLocal(8 * n)
	below := GP64()
	for i := range n {
		MOVQ(src, starts.Offset(8*i))
		if i+1 < n {
			LEAQ(Mem{Base: src, Index: line, Scale: 1}, below)
			CMPQ(lines, Imm(uint64(i+1)))
			CMOVQGT(below, src)
		}
	}
	return starts
}

// packStrips generates the packer for several whole panels, two registers wide, of neighbouring lines: longer runs of
// memory are read faster.
func packStrips(s source, isa string, bytes int, register func() VecVirtual) {
	name := "packStrips" + isa + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *%s, panels int, src *%s, step, count int)", s.value, s.element))
	Doc(fmt.Sprintf("%s is packers.strips for panels of %d columns.", name, 2*bytes/s.valueSize))
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	panels, step, count := Load(Param("panels"), GP64()), Load(Param("step"), GP64()), Load(Param("count"), GP64())
	SHLQ(Imm(uint64(log2(s.size))), step)
	read := bytes / s.valueSize * s.size // bytes behind a register
	panel, from, to, ahead, left := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(count, panel)
	SHLQ(Imm(uint64(log2(2*bytes))), panel)
	x, y := register(), register()
	Label("element")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(panels, left)
	Comment("Fetch what is needed eight elements later.")
	LEAQ(Mem{Base: src, Index: step, Scale: 8}, ahead)
	Label("strip")
	for d := 0; d < 2*read; d += 64 {
		PREFETCHT0(Mem{Base: ahead, Disp: d})
	}
	s.load(Mem{Base: from}, x)
	s.load(Mem{Base: from, Disp: read}, y)
	VMOVUPS(x, Mem{Base: to})
	VMOVUPS(y, Mem{Base: to, Disp: bytes})
	ADDQ(Imm(uint64(2*read)), from)
	ADDQ(Imm(uint64(2*read)), ahead)
	ADDQ(panel, to)
	DECQ(left)
	JNE(LabelRef("strip"))
	ADDQ(step, src)
	ADDQ(U32(2*bytes), dst)
	DECQ(count)
	JNE(LabelRef("element"))
	VZEROUPPER()
	RET()
}
