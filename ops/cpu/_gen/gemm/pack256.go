package main

import (
	"fmt"

	"bf16lab/ops/cpu/_gen/lanes"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// packTranspose256 generates the packer for lines whose elements are neighbours in memory: transposes of square blocks, of
// 8 x 8 values or, for float64, 4 x 4. There must be enough elements for a block. The last block ends with the last
// element and may overlap the one before it. Whole registers are stored, so that a row of a narrow panel spoils the
// beginning of the next one until that is stored in turn; only the rows of the last block are cut to the panel's width.
func packTranspose256(s source) {
	side := 32 / s.valueSize
	name := "packTransposeAVX2" + s.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *%s, width, cover int, src *%s, lines, line, count int)", s.value, s.element))
	Doc(fmt.Sprintf("%s is packers.transpose for at most %d lines and columns and at least %d elements.", name, side, side))
	valid, write := firstValues(s, "lines"), firstValues(s, "cover")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	width := Load(Param("width"), GP64())
	lines, line, count := Load(Param("lines"), GP64()), Load(Param("line"), GP64()), Load(Param("count"), GP64())
	SHLQ(Imm(uint64(log2(s.valueSize))), width)
	SHLQ(Imm(uint64(log2(s.size))), line)
	starts := lineStarts(src, line, lines, side)
	offset, start, back := GP64(), GP64(), GP64()
	XORQ(offset, offset)
	block := func(store func(column VecVirtual)) {
		rows := make([]VecVirtual, side)
		for i := range rows {
			rows[i] = YMM()
			MOVQ(starts.Offset(8*i), start)
			s.load(Mem{Base: start, Index: offset, Scale: uint8(s.size)}, rows[i])
		}
		for _, column := range lanes.Transpose(rows, 32, s.valueSize, func() VecVirtual { return YMM() }) {
			VANDPS(valid, column, column)
			store(column)
			ADDQ(width, dst)
		}
		ADDQ(Imm(uint64(side)), offset)
	}
	SUBQ(Imm(uint64(side)), count)
	JE(LabelRef("last"))
	Label("block")
	block(func(column VecVirtual) { VMOVUPS(column, Mem{Base: dst}) })
	SUBQ(Imm(uint64(side)), count)
	JG(LabelRef("block"))
	Comment("count is the number of elements of the last block less the side of a block: step back by their difference.")
	ADDQ(count, offset)
	MOVQ(count, back)
	IMULQ(width, back)
	ADDQ(back, dst)
	Label("last")
	block(func(column VecVirtual) {
		if s.valueSize == 8 {
			VMASKMOVPD(column, write, Mem{Base: dst})
		} else {
			VMASKMOVPS(column, write, Mem{Base: dst})
		}
	})
	VZEROUPPER()
	RET()
}

// firstValues emits a register in which all bits of the values below the named argument are set.
func firstValues(s source, argument string) VecVirtual {
	n, _ := Param(argument).Resolve()
	numbers, mask := YMM(), YMM()
	if s.valueSize == 8 {
		VPMOVZXBQ(numberTable(), numbers)
		VPBROADCASTQ(n.Addr, mask)
		VPCMPGTQ(numbers, mask, mask)
	} else {
		VPMOVZXBD(numberTable(), numbers)
		VPBROADCASTD(n.Addr, mask)
		VPCMPGTD(numbers, mask, mask)
	}
	return mask
}

var numbers *Mem

// numberTable returns the bytes 0 to 7 in read-only memory.
func numberTable() Mem {
	if numbers == nil {
		m := GLOBL("packNumbersAVX2", RODATA|NOPTR)
		DATA(0, U64(0x0706050403020100))
		numbers = &m
	}
	return *numbers
}
