// Command metrics generates the kernels of experiments/metrics, for AVX-512.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"

	"bf16lab/ops/cpu/_gen/lanes"
)

func main() {
	ConstraintExpr("!noasm")
	transposeBlocks()
	sumBlocks()
	countUlps()
	sumDigest("sumDigestAVX512", "float32 values", 4)
	sumDigest("sumDigestBytesAVX512", "bytes", 1)
	countScatter()
	moveScatter()
	Generate()
}

// The number of blocks that are summed side by side, and of elements in a block.
const (
	blocks    = 8
	blockSize = 256
)

// broadcast fills the 32-bit values of a register with a constant.
func broadcast(v uint32) VecVirtual {
	r, z := GP32(), ZMM()
	MOVL(U32(v), r)
	VPBROADCASTD(r, z)
	return z
}

// broadcast64 fills the 64-bit values of a register with a constant.
func broadcast64(v uint64) VecVirtual {
	r, z := GP64(), ZMM()
	MOVQ(U64(v), r)
	VPBROADCASTQ(r, z)
	return z
}

func zero() VecVirtual {
	z := ZMM()
	VPXORD(z, z, z)
	return z
}

// transposeBlocks generates the kernel that lays blocks side by side.
func transposeBlocks() {
	TEXT("transposeBlocksAVX512", NOSPLIT, "func(dst, src *float32, count int)")
	Doc("transposeBlocksAVX512 sets dst[8*i+j] = src[256*min(j, count-1)+i] for i < 256 and j < 8.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	last := Load(Param("count"), GP64())
	Comment("Blocks that do not exist repeat the last one.")
	DECQ(last)
	SHLQ(Imm(10), last)
	var offsets []Register
	for j := range blocks {
		offset := GP64()
		MOVQ(U32(4*blockSize*j), offset)
		CMPQ(offset, last)
		CMOVQGT(last, offset)
		offsets = append(offsets, offset)
	}
	n := GP64()
	MOVQ(U32(blockSize/blocks), n)
	Label("loop")
	var rows []VecVirtual
	for _, offset := range offsets {
		row := YMM()
		VMOVUPS(Mem{Base: src, Index: offset, Scale: 1}, row)
		rows = append(rows, row)
	}
	for i, column := range lanes.Transpose(rows, 32, 4, func() VecVirtual { return YMM() }) {
		VMOVUPS(column, Mem{Base: dst, Disp: 32 * i})
	}
	ADDQ(Imm(32), src)
	ADDQ(U32(256), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// sumBlocks generates the kernel that sums eight blocks, one in each lane.
func sumBlocks() {
	TEXT("sumBlocksAVX512", NOSPLIT, "func(reference, test *float32, tolerances *float64, out *float64)")
	Doc("sumBlocksAVX512 sums eight blocks that transposeBlocksAVX512 has laid side by side; out holds the vectors of a blockSums.")
	reference, test := Load(Param("reference"), GP64()), Load(Param("test"), GP64())
	tolerances, out := Load(Param("tolerances"), GP64()), Load(Param("out"), GP64())
	pivotReference, pivotTest := ZMM(), ZMM()
	VCVTPS2PD(Mem{Base: reference}, pivotReference)
	VCVTPS2PD(Mem{Base: test}, pivotTest)
	magnitude, one, count := broadcast64(1<<63-1), broadcast64(0x3ff0000000000000), broadcast64(1)
	var sums [14]VecVirtual
	for i := range sums {
		sums[i] = zero()
	}
	n := GP64()
	MOVQ(U32(blockSize), n)
	Label("loop")
	x, y, d, t := ZMM(), ZMM(), ZMM(), ZMM()
	VCVTPS2PD(Mem{Base: reference}, x)
	VCVTPS2PD(Mem{Base: test}, y)
	VSUBPD(x, y, d)
	VADDPD(d, sums[0], sums[0])
	VMULPD(d, d, t)
	VADDPD(t, sums[1], sums[1])
	VPANDQ(magnitude, d, d)
	VADDPD(d, sums[2], sums[2])
	VPMAXUQ(d, sums[3], sums[3])
	Comment("Which are outside of t (1 + |reference|)?")
	scale := ZMM()
	VPANDQ(magnitude, x, scale)
	VADDPD(scale, one, scale)
	var k Register
	for i := range 5 {
		if i == 3 {
			Comment("What is within one tolerance is within all wider ones.")
			KORTESTB(k, k)
			JEQ(LabelRef("within"))
		}
		k = K()
		VMULPD_BCST(Mem{Base: tolerances, Disp: 8 * i}, scale, t)
		VCMPPD(Imm(0x11), d, t, k)
		VPADDQ(count, sums[9+i], k, sums[9+i])
	}
	Label("within")
	VSUBPD(pivotReference, x, x)
	VSUBPD(pivotTest, y, y)
	VADDPD(x, sums[4], sums[4])
	VADDPD(y, sums[5], sums[5])
	VMULPD(x, x, t)
	VADDPD(t, sums[6], sums[6])
	VMULPD(y, y, t)
	VADDPD(t, sums[7], sums[7])
	VMULPD(x, y, t)
	VADDPD(t, sums[8], sums[8])
	ADDQ(Imm(32), reference)
	ADDQ(Imm(32), test)
	DECQ(n)
	JNE(LabelRef("loop"))
	for i, s := range sums {
		VMOVUPD(s, Mem{Base: out, Disp: 64 * i})
	}
	VMOVUPD(pivotReference, Mem{Base: out, Disp: 64 * len(sums)})
	VMOVUPD(pivotTest, Mem{Base: out, Disp: 64 * (len(sums) + 1)})
	VZEROUPPER()
	RET()
}

// ulpBins are metrics.UlpBins without the first.
var ulpBins = []uint16{1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513}

// countUlps generates the kernel that counts distances in bf16 ulps. A distance takes 16 bits, so that those of two vectors are
// compared with the bins at once.
func countUlps() {
	TEXT("countUlpsAVX512", NOSPLIT, "func(n int, reference, test *uint32, out *uint64)")
	Doc("countUlpsAVX512 counts n finite pairs of float32 bits, n a multiple of 32 above zero, at most 8160; out holds the vectors of a vectorUlps.")
	n := Load(Param("n"), GP64())
	reference, test := Load(Param("reference"), GP64()), Load(Param("test"), GP64())
	out := Load(Param("out"), GP64())
	SHRQ(Imm(5), n)
	magnitude, half, low, sign := broadcast(1<<31-1), broadcast(0x8000), broadcast(0xffff), broadcast(1<<31)
	even, one, oneWord := broadcast(^uint32(0x10000)), broadcast(1), broadcast(0x10001)
	identical, maxReference, maxTest, most := zero(), zero(), zero(), zero()
	bins := GLOBL("ulpBins", 8|16) // RODATA, NOPTR
	var counts []VecVirtual
	for i, bin := range ulpBins {
		for part := range 16 {
			DATA(64*i+4*part, U32(uint32(bin)<<16|uint32(bin)))
		}
		counts = append(counts, zero())
	}
	round := func(v, to VecVirtual) {
		VPADDD(half, v, to)
		tie := K()
		VPTESTNMD(low, to, tie)
		VPANDD(even, to, tie, to)
		VPSRLD(Imm(16), to, to)
	}
	distance := func(at int) VecVirtual {
		u, v := ZMM(), ZMM()
		VMOVDQU32(Mem{Base: reference, Disp: at}, u)
		VMOVDQU32(Mem{Base: test, Disp: at}, v)
		k := K()
		VPCMPEQD(u, v, k)
		VPADDD(one, identical, k, identical)
		differ := ZMM()
		VPXORD(u, v, differ)
		opposite := K()
		VPTESTMD(sign, differ, opposite)
		VPANDD(magnitude, u, u)
		VPANDD(magnitude, v, v)
		VPMAXUD(u, maxReference, maxReference)
		VPMAXUD(v, maxTest, maxTest)
		round(u, u)
		round(v, v)
		VPSUBD(v, u, differ)
		VPABSD(differ, differ)
		VPADDD(v, u, opposite, differ)
		return differ
	}
	Label("loop")
	words := distance(0)
	VPACKUSDW(distance(64), words, words)
	VPMAXUW(words, most, most)
	for i := range ulpBins {
		in := K()
		VPCMPUW(Imm(5), bins.Offset(64*i), words, in)
		VPADDW(oneWord, counts[i], in, counts[i])
	}
	ADDQ(U32(128), reference)
	ADDQ(U32(128), test)
	DECQ(n)
	JNE(LabelRef("loop"))
	Comment("No count has more than 8 bits.")
	none := zero()
	for _, count := range counts {
		VPSADBW(none, count, count)
	}
	for i, r := range append([]VecVirtual{identical, maxReference, maxTest, most}, counts...) {
		VMOVDQU32(r, Mem{Base: out, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}

// sumDigest generates the kernel of a digest of values of so many bytes: float32, or unsigned.
func sumDigest(name, values string, size int) {
	TEXT(name, NOSPLIT, fmt.Sprintf("func(n int, values *uint%d, at uint64, out *uint64)", 8*size))
	Doc(fmt.Sprintf("%s sums mix(at + i*stride + bits) over n %s in eight parts, n a multiple of 8 above zero.", name, values))
	n, from := Load(Param("n"), GP64()), Load(Param("values"), GP64())
	at, out := Load(Param("at"), GP64()), Load(Param("out"), GP64())
	var stride uint64 = 0x9e3779b97f4a7c15
	SHRQ(Imm(3), n)
	index, sum := ZMM(), zero()
	VPBROADCASTQ(at, index)
	Comment("The places of the first eight values.")
	steps, step := AllocLocal(64), GP64()
	for i := range uint64(8) {
		MOVQ(U64(i*stride), step)
		MOVQ(step, steps.Offset(int(8*i)))
	}
	VPADDQ(steps, index, index)
	ahead := broadcast64(8 * stride)
	first, second := broadcast64(0xbf58476d1ce4e5b9), broadcast64(0x94d049bb133111eb)
	load := func(z VecVirtual) { VPMOVZXBQ(Mem{Base: from}, z) }
	if size == 4 {
		infinity, magnitude, nan := broadcast64(0x7f800000), broadcast64(0x7fffffff), broadcast64(0x7fc00000)
		load = func(z VecVirtual) {
			VPMOVZXDQ(Mem{Base: from}, z)
			t, isNaN := ZMM(), K()
			VPANDQ(magnitude, z, t)
			VPCMPUQ(Imm(6), infinity, t, isNaN)
			VMOVDQA64(nan, isNaN, z)
		}
	}
	Label("loop")
	z, t := ZMM(), ZMM()
	load(z)
	VPADDQ(index, z, z)
	for i, factor := range []VecVirtual{first, second} {
		VPSRLQ(Imm(uint64([]int{30, 27}[i])), z, t)
		VPXORQ(t, z, z)
		VPMULLQ(factor, z, z)
	}
	VPSRLQ(Imm(31), z, t)
	VPXORQ(t, z, z)
	VPADDQ(z, sum, sum)
	VPADDQ(ahead, index, index)
	ADDQ(Imm(uint64(8*size)), from)
	DECQ(n)
	JNE(LabelRef("loop"))
	VMOVDQU64(sum, Mem{Base: out})
	VZEROUPPER()
	RET()
}
