package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// source is the storage format a packer reads; what it writes is always float32.
type source struct {
	suffix, element string
	size            int
	load            func(from Mem, mask Register, to VecVirtual)
}

var sources = []source{
	{"F32", "float32", 4, func(from Mem, mask Register, to VecVirtual) { VMOVUPS_Z(from, mask, to) }},
	{"BF16", "uint16", 2, func(from Mem, mask Register, to VecVirtual) {
		VPMOVZXWD_Z(from, mask, to)
		VPSLLD(Imm(16), to, to)
	}},
}

// packLines generates the packer for operands whose lines are neighbours in memory: a copy of short rows.
func packLines(s source) {
	name := "packLinesAVX512" + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *float32, width int, src *%s, lines, step, count int)", s.element))
	Doc(name + " is packLines for at most 32 lines and columns.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	width, lines := Load(Param("width"), GP64()), Load(Param("lines"), GP64())
	step, count := Load(Param("step"), GP64()), Load(Param("count"), GP64())
	read, write := maskPair(lines), maskPair(width)
	SHLQ(Imm(uint64(log2(s.size))), step)
	SHLQ(Imm(2), width)
	CMPQ(width, Imm(64))
	JLE(LabelRef("narrow"))
	x, y, far := ZMM(), ZMM(), GP64()
	MOVQ(step, far)
	SHLQ(Imm(4), far)
	Label("wide")
	PREFETCHT0(Mem{Base: src, Index: far, Scale: 1})
	PREFETCHT0(Mem{Base: src, Disp: 16 * s.size, Index: far, Scale: 1})
	s.load(Mem{Base: src}, read[0], x)
	s.load(Mem{Base: src, Disp: 16 * s.size}, read[1], y)
	VMOVUPS(x, write[0], Mem{Base: dst})
	VMOVUPS(y, write[1], Mem{Base: dst, Disp: 64})
	ADDQ(step, src)
	ADDQ(width, dst)
	DECQ(count)
	JNE(LabelRef("wide"))
	VZEROUPPER()
	RET()
	Label("narrow")
	s.load(Mem{Base: src}, read[0], x)
	VMOVUPS(x, write[0], Mem{Base: dst})
	ADDQ(step, src)
	ADDQ(width, dst)
	DECQ(count)
	JNE(LabelRef("narrow"))
	VZEROUPPER()
	RET()
}

// packStrips generates the packer for several whole panels of 32 neighbouring lines: longer runs of memory are read faster.
func packStrips(s source) {
	name := "packStripsAVX512" + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *float32, strips int, src *%s, step, count int)", s.element))
	Doc(name + " is packStrips for panels of 32 columns.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	strips, step, count := Load(Param("strips"), GP64()), Load(Param("step"), GP64()), Load(Param("count"), GP64())
	SHLQ(Imm(uint64(log2(s.size))), step)
	panel, far := GP64(), GP64()
	MOVQ(count, panel)
	SHLQ(Imm(7), panel)
	LEAQ(Mem{Base: src, Index: step, Scale: 8}, far)
	all := K()
	KXNORW(all, all, all)
	from, to, ahead, left := GP64(), GP64(), GP64(), GP64()
	x, y := ZMM(), ZMM()
	Label("element")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(far, ahead)
	MOVQ(strips, left)
	Label("strip")
	for d := 0; d < 32*s.size; d += 64 {
		PREFETCHT0(Mem{Base: ahead, Disp: d})
	}
	s.load(Mem{Base: from}, all, x)
	s.load(Mem{Base: from, Disp: 16 * s.size}, all, y)
	VMOVUPS(x, Mem{Base: to})
	VMOVUPS(y, Mem{Base: to, Disp: 64})
	ADDQ(Imm(uint64(32*s.size)), from)
	ADDQ(Imm(uint64(32*s.size)), ahead)
	ADDQ(panel, to)
	DECQ(left)
	JNE(LabelRef("strip"))
	ADDQ(step, src)
	ADDQ(step, far)
	ADDQ(Imm(128), dst)
	DECQ(count)
	JNE(LabelRef("element"))
	VZEROUPPER()
	RET()
}

// maskPair returns masks of the first n of 32 columns.
func maskPair(n Register) [2]OpmaskVirtual {
	bits := GP64()
	MOVQ(I32(-1), bits)
	BZHIQ(n, bits, bits)
	masks := [2]OpmaskVirtual{K(), K()}
	KMOVW(bits.As32(), masks[0])
	SHRQ(Imm(16), bits)
	KMOVW(bits.As32(), masks[1])
	return masks
}

// packTranspose generates the packer for operands whose elements are neighbours in memory: 16 x 16 transposes.
func packTranspose(s source) {
	name := "packTransposeAVX512" + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *float32, width, cover int, src *%s, lines, line, count int)", s.element))
	Doc(name + " is packTranspose for 1 to 16 lines and columns.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	width, cover := Load(Param("width"), GP64()), Load(Param("cover"), GP64())
	lines, line, count := Load(Param("lines"), GP64()), Load(Param("line"), GP64()), Load(Param("count"), GP64())
	SHLQ(Imm(2), width)
	SHLQ(Imm(uint64(log2(s.size))), line)
	valid, write := maskPair(lines)[0], maskPair(cover)[0]
	Comment("Distance to the lines of the next panel, which are fetched meanwhile.")
	next := GP64()
	MOVQ(line, next)
	IMULQ(lines, next)
	Comment("Start of each line; lines that do not exist repeat the last one and are masked later.")
	starts := AllocLocal(16 * 8)
	for i := range 16 {
		MOVQ(src, starts.Offset(8*i))
		if i < 15 {
			below := GP64()
			LEAQ(Mem{Base: src, Index: line, Scale: 1}, below)
			CMPQ(lines, Imm(uint64(i+1)))
			CMOVQGT(below, src)
		}
	}
	offset, some, sixteen, bits, start := GP64(), GP64(), GP64(), GP64(), GP64()
	XORQ(offset, offset)
	MOVQ(U32(16), sixteen)
	read := K()
	Label("block")
	MOVQ(count, some)
	CMPQ(some, sixteen)
	CMOVQGT(sixteen, some)
	MOVQ(I32(-1), bits)
	BZHIQ(some, bits, bits)
	KMOVW(bits.As32(), read)
	var rows [16]VecVirtual
	for i := range rows {
		rows[i] = ZMM()
		MOVQ(starts.Offset(8*i), start)
		PREFETCHT1(Mem{Base: start, Index: next, Scale: 1})
		s.load(Mem{Base: start, Index: offset, Scale: uint8(s.size)}, read, rows[i])
	}
	for _, column := range transpose16(rows) {
		VMOVUPS_Z(column, valid, column)
		VMOVUPS(column, write, Mem{Base: dst})
		ADDQ(width, dst)
		DECQ(count)
		JEQ(LabelRef("done"))
	}
	ADDQ(Imm(16), offset)
	ADDQ(Imm(uint64(16*s.size)), next)
	JMP(LabelRef("block"))
	Label("done")
	VZEROUPPER()
	RET()
}

// transpose16 emits the transpose of a 16 x 16 block of 32-bit values held in 16 registers.
func transpose16(rows [16]VecVirtual) [16]VecVirtual {
	var quads [4][4]VecVirtual // quads[g][c], 128-bit lane l: rows 4g to 4g+3 of column 4l+c
	for g := range quads {
		r := rows[4*g:][:4]
		low, high, low2, high2 := ZMM(), ZMM(), ZMM(), ZMM()
		VUNPCKLPS(r[1], r[0], low)
		VUNPCKHPS(r[1], r[0], high)
		VUNPCKLPS(r[3], r[2], low2)
		VUNPCKHPS(r[3], r[2], high2)
		for c := range quads[g] {
			quads[g][c] = ZMM()
		}
		VUNPCKLPD(low2, low, quads[g][0])
		VUNPCKHPD(low2, low, quads[g][1])
		VUNPCKLPD(high2, high, quads[g][2])
		VUNPCKHPD(high2, high, quads[g][3])
	}
	var columns [16]VecVirtual
	for c := range 4 {
		a, b, d, e := ZMM(), ZMM(), ZMM(), ZMM()
		VSHUFF32X4(Imm(0x44), quads[1][c], quads[0][c], a)
		VSHUFF32X4(Imm(0x44), quads[3][c], quads[2][c], b)
		VSHUFF32X4(Imm(0xee), quads[1][c], quads[0][c], d)
		VSHUFF32X4(Imm(0xee), quads[3][c], quads[2][c], e)
		for l := range 4 {
			columns[4*l+c] = ZMM()
		}
		VSHUFF32X4(Imm(0x88), b, a, columns[c])
		VSHUFF32X4(Imm(0xdd), b, a, columns[4+c])
		VSHUFF32X4(Imm(0x88), e, d, columns[8+c])
		VSHUFF32X4(Imm(0xdd), e, d, columns[12+c])
	}
	return columns
}
