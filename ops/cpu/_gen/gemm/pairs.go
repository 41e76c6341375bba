package main

import (
	"fmt"

	"bf16lab/ops/cpu/_gen/encode"
	"bf16lab/ops/cpu/_gen/lanes"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// pairsAtOnce is the number of pairs in a turn of the loop of a pair tile.
const pairsAtOnce = 4

// pairTile512 generates a kernel for pairs of bfloat16 values, of height rows and two registers of columns.
func pairTile512(height int) {
	name := fmt.Sprintf("tilePairsAVX512Height%d", height)
	TEXT(name, NOSPLIT, "func(mode, count, width int, a, b *uint32, c *float32, stride int)")
	Doc(fmt.Sprintf("%s is the tile kernel of height %d for pairs, see tilePairsGo.", name, height))
	t := &tile{size: 4, height: height, vector: 64, vectors: 2}
	t.mode, t.count = Load(Param("mode"), GP64()), Load(Param("count"), GP64())
	t.a, t.b, t.c, t.rowStride = GP64(), GP64(), GP64(), GP64()
	Load(Param("a"), t.a)
	Load(Param("b"), t.b)
	Load(Param("c"), t.c)
	Load(Param("stride"), t.rowStride)
	SHLQ(Imm(2), t.rowStride)
	for range height {
		t.acc = append(t.acc, []VecVirtual{ZMM(), ZMM()})
	}
	columns := masks(Load(Param("width"), GP64()), t.vectors, 16)
	t.start(func(j int, from Mem, to VecVirtual) { VMOVUPS_Z(from, columns[j], to) }, func(v VecVirtual) { VPXORD(v, v, v) })
	b := []VecVirtual{ZMM(), ZMM()}
	pair := func(u int) {
		for j, v := range b {
			VMOVUPS(Mem{Base: t.b, Disp: 128*u + 64*j}, v)
		}
		for i, row := range t.acc {
			for j, acc := range row {
				encode.Dot(Mem{Base: t.a, Disp: 4 * (height*u + i)}, b[j], acc)
			}
		}
	}
	advance := func(pairs int) {
		ADDQ(U32(4*height*pairs), t.a)
		ADDQ(U32(128*pairs), t.b)
	}
	SUBQ(Imm(pairsAtOnce), t.count)
	JLT(LabelRef("rest"))
	Label("turn")
	for u := range pairsAtOnce {
		pair(u)
	}
	advance(pairsAtOnce)
	SUBQ(Imm(pairsAtOnce), t.count)
	JGE(LabelRef("turn"))
	Label("rest")
	ADDQ(Imm(pairsAtOnce), t.count)
	JEQ(LabelRef("done"))
	Label("single")
	pair(0)
	advance(1)
	DECQ(t.count)
	JNE(LabelRef("single"))
	Label("done")
	t.finish(func(j int, c Mem, acc VecVirtual) {
		VMOVUPS_Z(c, columns[j], b[0])
		VADDPS(acc, b[0], acc)
	}, func(j int, acc VecVirtual, to Mem) { VMOVUPS(acc, columns[j], to) })
}

// lowest tracks the smallest magnitude but zero among bfloat16 codes: the minimum of magnitude - 1, for which zero is the
// largest value.
type lowest struct {
	at  GPVirtual // where it is kept between calls: one value for each lane of a vector
	min VecVirtual
}

func loadLowest() lowest {
	l := lowest{GP64(), ZMM()}
	Load(Param("lowest"), l.at)
	VMOVUPS(Mem{Base: l.at}, l.min)
	return l
}

func (l lowest) take(codes VecVirtual) {
	t := ZMM()
	VPANDD(constant("magnitudes", 0x7fff7fff), codes, t)
	VPSUBW(constant("ones", 0x00010001), t, t)
	VPMINUW(t, l.min, l.min)
}

func (l lowest) store() { VMOVUPS(l.min, Mem{Base: l.at}) }

// emitted holds the constants that the file has.
var emitted = map[string]bool{}

// constant returns 64 bytes of memory filled with a value.
func constant(name string, v uint32) Mem {
	var values []uint32
	for range 16 {
		values = append(values, v)
	}
	return table(name, values)
}

// table returns memory that holds some values.
func table(name string, values []uint32) Mem {
	name = "pairs" + name
	if !emitted[name] {
		emitted[name] = true
		GLOBL(name, 8|16) // RODATA, NOPTR
		for i, v := range values {
			DATA(4*i, U32(v))
		}
	}
	return NewDataAddr(NewStaticSymbol(name), 0)
}

// interleaving loads the indices with which VPERMT2W takes half of two vectors: from a first vector of low codes and a second
// one of high codes, so many pairs from the given one on.
func interleaving(first int) VecVirtual {
	var values []uint32
	for i := range 16 {
		values = append(values, uint32(first+i)|uint32(32+first+i)<<16)
	}
	v := ZMM()
	VMOVUPS(table(fmt.Sprintf("from%d", first), values), v)
	return v
}

// packPairLines512 generates the packer of pairs for lines that are neighbours in memory, up to two registers of them.
func packPairLines512() {
	TEXT("packPairLinesAVX512", NOSPLIT, "func(dst *uint32, width int, high, low *uint16, lines, step, count int, lowest *[32]uint16)")
	Doc("packPairLinesAVX512 is pairKernels.lines for at most 32 lines and columns.")
	dst, high, low := Load(Param("dst"), GP64()), Load(Param("high"), GP64()), Load(Param("low"), GP64())
	width, lines := Load(Param("width"), GP64()), Load(Param("lines"), GP64())
	step, count := Load(Param("step"), GP64()), Load(Param("count"), GP64())
	write := masks(width, 2, 16)
	bits, read := GP64(), K()
	MOVQ(I32(-1), bits)
	BZHIQ(lines, bits, bits)
	KMOVD(bits.As32(), read)
	SHLQ(Imm(1), step)
	SHLQ(Imm(2), width)
	first, second, least := interleaving(0), interleaving(16), loadLowest()
	x, y, z := ZMM(), ZMM(), ZMM()
	Label("pair")
	VMOVDQU16_Z(Mem{Base: low}, read, x)
	VMOVDQU16_Z(Mem{Base: high}, read, y)
	least.take(x)
	least.take(y)
	VMOVDQA64(x, z)
	VPERMT2W(y, first, x)
	VPERMT2W(y, second, z)
	VMOVUPS(x, write[0], Mem{Base: dst})
	VMOVUPS(z, write[1], Mem{Base: dst, Disp: 64})
	ADDQ(step, low)
	ADDQ(step, high)
	ADDQ(width, dst)
	DECQ(count)
	JNE(LabelRef("pair"))
	least.store()
	VZEROUPPER()
	RET()
}

// packPairStrips512 generates the packer of pairs for several whole panels of neighbouring lines.
func packPairStrips512() {
	TEXT("packPairStripsAVX512", NOSPLIT, "func(dst *uint32, panels int, high, low *uint16, step, count int, lowest *[32]uint16)")
	Doc("packPairStripsAVX512 is pairKernels.strips for panels of 32 columns.")
	dst, high, low := Load(Param("dst"), GP64()), Load(Param("high"), GP64()), Load(Param("low"), GP64())
	panels, step, count := Load(Param("panels"), GP64()), Load(Param("step"), GP64()), Load(Param("count"), GP64())
	SHLQ(Imm(1), step)
	panel, offset, to, ahead, left := GP64(), GP64(), GP64(), GP64(), GP64()
	MOVQ(count, panel)
	SHLQ(Imm(7), panel)
	first, second, least := interleaving(0), interleaving(16), loadLowest()
	x, y, z := ZMM(), ZMM(), ZMM()
	Label("pair")
	MOVQ(dst, to)
	MOVQ(panels, left)
	XORQ(offset, offset)
	Comment("Fetch what is needed four pairs later.")
	MOVQ(step, ahead)
	SHLQ(Imm(2), ahead)
	Label("strip")
	for _, from := range []Register{low, high} {
		PREFETCHT0(Mem{Base: from, Index: ahead, Scale: 1})
	}
	VMOVUPS(Mem{Base: low, Index: offset, Scale: 1}, x)
	VMOVUPS(Mem{Base: high, Index: offset, Scale: 1}, y)
	least.take(x)
	least.take(y)
	VMOVDQA64(x, z)
	VPERMT2W(y, first, x)
	VPERMT2W(y, second, z)
	VMOVUPS(x, Mem{Base: to})
	VMOVUPS(z, Mem{Base: to, Disp: 64})
	ADDQ(Imm(64), offset)
	ADDQ(Imm(64), ahead)
	ADDQ(panel, to)
	DECQ(left)
	JNE(LabelRef("strip"))
	ADDQ(step, low)
	ADDQ(step, high)
	ADDQ(U32(128), dst)
	DECQ(count)
	JNE(LabelRef("pair"))
	least.store()
	VZEROUPPER()
	RET()
}

// packPairTranspose512 generates the packer of pairs for lines whose elements are neighbours in memory: transposes of blocks
// of 16 x 16 pairs.
func packPairTranspose512() {
	const side = 16
	TEXT("packPairTransposeAVX512", NOSPLIT, "func(dst *uint32, width, cover int, src *uint16, lines, line, count, rotate int, lowest *[32]uint16)")
	Doc("packPairTransposeAVX512 is pairKernels.transpose for at most 16 lines and columns.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	width, cover := Load(Param("width"), GP64()), Load(Param("cover"), GP64())
	lines, line, count := Load(Param("lines"), GP64()), Load(Param("line"), GP64()), Load(Param("count"), GP64())
	rotate, least := ZMM(), loadLowest()
	VPBROADCASTD(Load(Param("rotate"), GP64()).(GPVirtual).As32(), rotate)
	SHLQ(Imm(2), width)
	SHLQ(Imm(1), line)
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
		VMOVUPS_Z(Mem{Base: start, Index: offset, Scale: 4}, read, rows[i])
		least.take(rows[i])
		VPROLVD(rotate, rows[i], rows[i])
	}
	for _, column := range lanes.Transpose(rows, 64, 4, func() VecVirtual { return ZMM() }) {
		VMOVAPS_Z(column, valid, column)
		VMOVUPS(column, write, Mem{Base: dst})
		ADDQ(width, dst)
		DECQ(count)
		JEQ(LabelRef("done"))
	}
	ADDQ(Imm(side), offset)
	ADDQ(Imm(4*side), next)
	JMP(LabelRef("block"))
	Label("done")
	least.store()
	VZEROUPPER()
	RET()
}
