package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The tables that a metrics.Scatter is counted in: 67 rows of 128 columns each, and as many tables as elements that follow one
// another can be counted without waiting for each other.
const (
	tables    = 4
	bins      = 67
	rowShift  = 7
	tableSize = 4 * bins << rowShift // bytes
)

// countScatter generates the kernel that counts pairs by the exponents of reference and error.
//
// The exponent of test - reference in float64 lies between those of the difference in float32 cut off and rounded to nearest:
// rounding can only carry it to the next power of two, and what float64 carries float32 does. Where the two are different, the
// plain Go code has to decide.
func countScatter() {
	TEXT("countScatterAVX512", NOSPLIT, "func(n int, reference, test, tables, ranges *uint32) (done int)")
	Doc("countScatterAVX512 counts pairs of n float32 values, n a multiple of 16, until 16 of them are not all finite and certain; done is",
		"how many it has counted. It widens the ranges: 16 parts each of the lowest row, highest row, lowest column and highest column.")
	n := Load(Param("n"), GP64())
	reference, test := Load(Param("reference"), GP64()), Load(Param("test"), GP64())
	counts, ranges := Load(Param("tables"), GP64()), Load(Param("ranges"), GP64())
	var bounds [4]VecVirtual
	for i := range bounds {
		bounds[i] = ZMM()
		VMOVDQU32(Mem{Base: ranges, Disp: 64 * i}, bounds[i])
	}
	magnitude, infinity := broadcast(1<<31-1), broadcast(0x7f800000)
	below, one, last := broadcast(127-40-2), broadcast(1), broadcast(bins-1)
	places := AllocLocal(32)
	done := GP64()
	XORQ(done, done)
	Label("loop")
	CMPQ(done, n)
	JGE(LabelRef("end"))
	r, t, x, y := ZMM(), ZMM(), ZMM(), ZMM()
	VMOVUPS(Mem{Base: reference, Index: done, Scale: 4}, r)
	VMOVUPS(Mem{Base: test, Index: done, Scale: 4}, t)
	VPANDD(magnitude, r, x)
	VPANDD(magnitude, t, y)
	VPMAXUD(x, y, y)
	leave := func(predicate uint64, a, b VecVirtual) {
		k := K()
		VPCMPUD(Imm(predicate), a, b, k)
		KORTESTW(k, k)
		JNE(LabelRef("end"))
	}
	leave(5, infinity, y) // not below
	cut, near := ZMM(), ZMM()
	VSUBPS_RZ_SAE(r, t, cut)
	VSUBPS_RN_SAE(r, t, near)
	VPANDD(magnitude, cut, cut)
	VPANDD(magnitude, near, near)
	exponent := ZMM()
	VPSRLD(Imm(23), cut, exponent)
	VPSRLD(Imm(23), near, near)
	leave(4, exponent, near) // not equal
	row, column := ZMM(), ZMM()
	VPSRLD(Imm(23), x, row)
	for i, v := range []VecVirtual{row, column} {
		bits := []VecVirtual{x, cut}[i]
		notZero := K()
		VPTESTMD(bits, bits, notZero)
		VPSUBD(below, []VecVirtual{row, exponent}[i], v)
		VPMAXSD(one, v, v)
		VPMINSD_Z(last, v, notZero, v)
		VPMINUD(v, bounds[2*i], bounds[2*i])
		VPMAXUD(v, bounds[2*i+1], bounds[2*i+1])
	}
	VPSLLD(Imm(rowShift), row, row)
	VPORD(row, column, column)
	VPMOVDW(column, places)
	for i := range 16 {
		bin := GP32()
		MOVWLZX(places.Offset(2*i), bin)
		INCL(Mem{Base: counts, Index: bin.As64(), Scale: 4, Disp: i % tables * tableSize})
	}
	ADDQ(Imm(16), done)
	JMP(LabelRef("loop"))
	Label("end")
	for i, b := range bounds {
		VMOVDQU32(b, Mem{Base: ranges, Disp: 64 * i})
	}
	Store(done, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// moveScatter generates the kernel that moves counts from the tables to a metrics.Scatter.
func moveScatter() {
	TEXT("moveScatterAVX512", NOSPLIT, "func(tables *uint32, to *int64, rows, groups, rest int)")
	Doc("moveScatterAVX512 adds the counts of the four tables in rows of so many groups of 8 columns each, and in 3 more columns if rest is",
		"not 0, to rows of 67 counts, and clears them. rows is above zero.")
	from, to := Load(Param("tables"), GP64()), Load(Param("to"), GP64())
	rows, groups, rest := Load(Param("rows"), GP64()), Load(Param("groups"), GP64()), Load(Param("rest"), GP64())
	zeros, three, bits := YMM(), K(), GP32()
	VPXORD(zeros, zeros, zeros)
	MOVL(U32(7), bits)
	KMOVB(bits, three)
	source, target, n := GP64(), GP64(), GP64()
	sum := func() VecVirtual {
		counts, wide := YMM(), ZMM()
		VMOVDQU32(Mem{Base: source}, counts)
		VMOVDQU32(zeros, Mem{Base: source})
		for i := 1; i < tables; i++ {
			VPADDD(Mem{Base: source, Disp: i * tableSize}, counts, counts)
			VMOVDQU32(zeros, Mem{Base: source, Disp: i * tableSize})
		}
		VPMOVZXDQ(counts, wide)
		return wide
	}
	Label("row")
	MOVQ(from, source)
	MOVQ(to, target)
	MOVQ(groups, n)
	TESTQ(n, n)
	JE(LabelRef("rest"))
	Label("group")
	counts := sum()
	VPADDQ(Mem{Base: target}, counts, counts)
	VMOVDQU64(counts, Mem{Base: target})
	ADDQ(Imm(32), source)
	ADDQ(Imm(64), target)
	DECQ(n)
	JNE(LabelRef("group"))
	Label("rest")
	TESTQ(rest, rest)
	JE(LabelRef("next"))
	counts = sum()
	VPADDQ_Z(Mem{Base: target}, counts, three, counts)
	VMOVDQU64(counts, three, Mem{Base: target})
	Label("next")
	ADDQ(U32(4<<rowShift), from)
	ADDQ(U32(8*bins), to)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}
