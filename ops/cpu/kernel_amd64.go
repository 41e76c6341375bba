//go:build !noasm

package cpu

//go:generate go -C _gen run ./gemm -isa avx512 -out ../kernel_avx512_amd64.s -stubs ../kernel_avx512_amd64.go -pkg cpu
//go:generate go -C _gen run ./gemm -isa avx2 -out ../kernel_avx2_amd64.s -stubs ../kernel_avx2_amd64.go -pkg cpu
//go:generate go -C _gen run ./elementwise -isa avx512 -out ../elementwise_avx512_amd64.s -stubs ../elementwise_avx512_amd64.go -pkg cpu
//go:generate go -C _gen run ./elementwise -isa avx2 -out ../elementwise_avx2_amd64.s -stubs ../elementwise_avx2_amd64.go -pkg cpu

import (
	"slices"
	"sync"

	"golang.org/x/sys/cpu"
)

// assemblyKernels lists what this machine can run, fastest first.
func assemblyKernels() []instructionSet {
	x := &cpu.X86
	if !x.HasAVX2 || !x.HasFMA || !x.HasBMI1 {
		return nil
	}
	sets := []instructionSet{avx2}
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 {
		sets = []instructionSet{avx512, avx2}
		if x.HasAVX512BF16 {
			native := []instructionSet{avx512BF16(), avx512Roundings()}
			if !pairsAreFaster() {
				slices.Reverse(native)
			}
			sets = append(native, sets...)
		}
	}
	return sets
}

// avx512Roundings is avx512 with VCVTNEPS2BF16 for results.
func avx512Roundings() instructionSet {
	set := avx512
	set.name = "avx512_bf16_roundings"
	set.elementwise = nativeElementwise(set.elementwise)
	return set
}

// avx512BF16 is avx512Roundings with VDPBF16PS for bfloat16 operands.
func avx512BF16() instructionSet {
	set := avx512Roundings()
	set.name = "avx512_bf16"
	set.f32.pairs = &pairKernels[float32]{
		tile: tilePairsAVX512, lines: packPairLinesAVX512, strips: packPairStripsAVX512, transpose: packPairTransposeAVX512, side: 16,
	}
	return set
}

// pairsAreFaster tells whether a tile takes less time by pairs than by single elements, because no feature bit says it: one
// VDPBF16PS takes as long as one VFMADD231PS on Zen 5, and more than three times as long on Emerald Rapids.
var pairsAreFaster = sync.OnceValue(func() bool {
	const pairs, columns = 64, 32
	height := len(tilesAVX512F32)
	var a, b [2 * pairs * columns]float32
	var a2, b2 [pairs * columns]uint32
	var c [columns * columns]float32
	return isFaster(
		func() { tilePairsAVX512(0, pairs, height, columns, &a2[0], &b2[0], &c[0], columns) },
		func() { tileAVX512F32(0, 2*pairs, 1, height, columns, &a[0], &b[0], &c[0], columns) },
	)
})

var avx512 = instructionSet{
	name: "avx512",
	f32: kernels[float32]{
		rows: len(tilesAVX512F32), columns: 32, masked: true, tile: tileAVX512F32,
		packWide: packers[float32, float32]{packLinesAVX512F32, packStripsAVX512F32, packTransposeAVX512F32, 16, 1, 1},
		packHalf: packers[float32, uint16]{packLinesAVX512BF16, packStripsAVX512BF16, packTransposeAVX512BF16, 16, 1, 1},
	},
	f64: kernels[float64]{
		rows: len(tilesAVX512F64), columns: 16, masked: true, tile: tileAVX512F64,
		packWide: packers[float64, float64]{packLinesAVX512F64, packStripsAVX512F64, packTransposeAVX512F64, 8, 1, 1},
	},
	unfused32:   avx2.unfused32, // rare orders share the narrower kernels
	unfused64:   avx2.unfused64,
	elementwise: elementwiseAVX512,
}

var avx2 = instructionSet{
	name:      "avx2",
	f32:       avx2Kernels32(tileAVX2F32),
	unfused32: avx2Kernels32(tileUnfusedAVX2F32),
	f64:       avx2Kernels64(tileAVX2F64),
	unfused64: avx2Kernels64(tileUnfusedAVX2F64),

	elementwise: elementwiseAVX2,
}

func avx2Kernels32(tile func(mode, count, element, height, width int, a, b, c *float32, stride int)) kernels[float32] {
	return kernels[float32]{
		rows: len(tilesAVX2F32), columns: 16, tile: tile, tree: treeAVX2F32,
		packWide: packers[float32, float32]{nil, packStripsAVX2F32, packTransposeAVX2F32, 8, 4, 8},
		packHalf: packers[float32, uint16]{nil, packStripsAVX2BF16, packTransposeAVX2BF16, 8, 4, 8},
	}
}

func avx2Kernels64(tile func(mode, count, element, height, width int, a, b, c *float64, stride int)) kernels[float64] {
	return kernels[float64]{
		rows: len(tilesAVX2F64), columns: 8, tile: tile, tree: treeAVX2F64,
		packWide: packers[float64, float64]{nil, packStripsAVX2F64, packTransposeAVX2F64, 4, 2, 4},
	}
}

// A tileFunc computes a tile whose height is its position in a table, counted from 1.
type tileFunc[T float] func(mode, count, element, width int, a, b, c *T, stride int)

var tilesAVX512F32 = [...]tileFunc[float32]{
	tileAVX512F32Height1, tileAVX512F32Height2, tileAVX512F32Height3, tileAVX512F32Height4, tileAVX512F32Height5,
	tileAVX512F32Height6, tileAVX512F32Height7, tileAVX512F32Height8, tileAVX512F32Height9, tileAVX512F32Height10,
	tileAVX512F32Height11, tileAVX512F32Height12, tileAVX512F32Height13, tileAVX512F32Height14,
}

var tilesAVX512F64 = [...]tileFunc[float64]{
	tileAVX512F64Height1, tileAVX512F64Height2, tileAVX512F64Height3, tileAVX512F64Height4, tileAVX512F64Height5,
	tileAVX512F64Height6, tileAVX512F64Height7, tileAVX512F64Height8, tileAVX512F64Height9, tileAVX512F64Height10,
	tileAVX512F64Height11, tileAVX512F64Height12, tileAVX512F64Height13, tileAVX512F64Height14,
}

var tilesAVX2F32 = [...]tileFunc[float32]{
	tileAVX2F32Height1, tileAVX2F32Height2, tileAVX2F32Height3, tileAVX2F32Height4, tileAVX2F32Height5, tileAVX2F32Height6,
}

var tilesAVX2F64 = [...]tileFunc[float64]{
	tileAVX2F64Height1, tileAVX2F64Height2, tileAVX2F64Height3, tileAVX2F64Height4, tileAVX2F64Height5, tileAVX2F64Height6,
}

var tilesUnfusedAVX2F32 = [...]tileFunc[float32]{
	tileUnfusedAVX2F32Height1, tileUnfusedAVX2F32Height2, tileUnfusedAVX2F32Height3,
	tileUnfusedAVX2F32Height4, tileUnfusedAVX2F32Height5, tileUnfusedAVX2F32Height6,
}

var tilesUnfusedAVX2F64 = [...]tileFunc[float64]{
	tileUnfusedAVX2F64Height1, tileUnfusedAVX2F64Height2, tileUnfusedAVX2F64Height3,
	tileUnfusedAVX2F64Height4, tileUnfusedAVX2F64Height5, tileUnfusedAVX2F64Height6,
}

var tilesPairsAVX512 = [...]func(mode, count, width int, a, b *uint32, c *float32, stride int){
	tilePairsAVX512Height1, tilePairsAVX512Height2, tilePairsAVX512Height3, tilePairsAVX512Height4, tilePairsAVX512Height5,
	tilePairsAVX512Height6, tilePairsAVX512Height7, tilePairsAVX512Height8, tilePairsAVX512Height9, tilePairsAVX512Height10,
	tilePairsAVX512Height11, tilePairsAVX512Height12, tilePairsAVX512Height13, tilePairsAVX512Height14,
}

func tilePairsAVX512(mode, count, height, width int, a, b *uint32, c *float32, stride int) {
	tilesPairsAVX512[height-1](mode, count, width, a, b, c, stride)
}

func tileAVX512F32(mode, count, element, height, width int, a, b, c *float32, stride int) {
	tilesAVX512F32[height-1](mode, count, element, width, a, b, c, stride)
}

func tileAVX512F64(mode, count, element, height, width int, a, b, c *float64, stride int) {
	tilesAVX512F64[height-1](mode, count, element, width, a, b, c, stride)
}

func tileAVX2F32(mode, count, element, height, width int, a, b, c *float32, stride int) {
	tilesAVX2F32[height-1](mode, count, element, width, a, b, c, stride)
}

func tileAVX2F64(mode, count, element, height, width int, a, b, c *float64, stride int) {
	tilesAVX2F64[height-1](mode, count, element, width, a, b, c, stride)
}

func tileUnfusedAVX2F32(mode, count, element, height, width int, a, b, c *float32, stride int) {
	tilesUnfusedAVX2F32[height-1](mode, count, element, width, a, b, c, stride)
}

func tileUnfusedAVX2F64(mode, count, element, height, width int, a, b, c *float64, stride int) {
	tilesUnfusedAVX2F64[height-1](mode, count, element, width, a, b, c, stride)
}
