package cpu

import (
	"math/bits"
	"unsafe"

	"bf16lab/bf16"
)

// goPairs are the definitions of the pair kernels for panels of goColumns columns.
var goPairs = pairKernels[float32]{tile: tilePairsGo, lines: packPairLinesGo, strips: packPairStripsGo, transpose: packPairTransposeGo, side: goColumns}

// tilePairsGo is the definition of a tile kernel for pairs. a points into a packed panel of height pairs per step, b into one
// of goColumns pairs per step, c to the upper left corner of the results with stride values from row to row:
//
//	for i < height, j < width:
//		s := +0, or c[i*stride+j] with modeResume
//		for q < count:
//			s = FMA(upper half of a[q*height+i], upper half of b[q*goColumns+j], s)
//			s = FMA(lower half of a[q*height+i], lower half of b[q*goColumns+j], s)
//		c[i*stride+j] = s, or c[i*stride+j] + s with modeAdd
//
// A kernel may take subnormal values for zero wherever it meets them.
func tilePairsGo(mode, count, height, width int, a, b *uint32, c *float32, stride int) {
	tilePairs(mode, count, height, width, goColumns, a, b, c, stride)
}

func tilePairs(mode, count, height, width, columns int, a, b *uint32, c *float32, stride int) {
	left, right := unsafe.Slice(a, count*height), unsafe.Slice(b, count*columns)
	results := unsafe.Slice(c, (height-1)*stride+width)
	for i := range height {
		row := results[i*stride:][:width]
		for j := range row {
			var s float32
			if mode&modeResume != 0 {
				s = row[j]
			}
			for q := range count {
				x, y := left[q*height+i], right[q*columns+j]
				s = bf16.FMA32(bf16.FromBFloat16(uint16(x>>16)), bf16.FromBFloat16(uint16(y>>16)), s)
				s = bf16.FMA32(bf16.FromBFloat16(uint16(x)), bf16.FromBFloat16(uint16(y)), s)
			}
			if mode&modeAdd != 0 {
				s = row[j] + s
			}
			row[j] = s
		}
	}
}

// codesAt returns the code that lies n codes behind p.
func codesAt(p *uint16, n int, lowest *[32]uint16) uint16 {
	code := *(*uint16)(unsafe.Add(unsafe.Pointer(p), 2*n))
	(*lowestCodes)(lowest).take(code)
	return code
}

func packPairLinesGo(dst *uint32, width int, high, low *uint16, lines, step, count int, lowest *[32]uint16) {
	panel := unsafe.Slice(dst, count*width)
	clear(panel)
	for q := range count {
		for i := range lines {
			panel[q*width+i] = uint32(codesAt(high, q*step+i, lowest))<<16 | uint32(codesAt(low, q*step+i, lowest))
		}
	}
}

func packPairStripsGo(dst *uint32, panels int, high, low *uint16, step, count int, lowest *[32]uint16) {
	for s := range panels {
		at := (*uint32)(unsafe.Add(unsafe.Pointer(dst), 4*s*count*goColumns))
		above := (*uint16)(unsafe.Add(unsafe.Pointer(high), 2*s*goColumns))
		below := (*uint16)(unsafe.Add(unsafe.Pointer(low), 2*s*goColumns))
		packPairLinesGo(at, goColumns, above, below, goColumns, step, count, lowest)
	}
}

func packPairTransposeGo(dst *uint32, width, cover int, src *uint16, lines, line, count, rotate int, lowest *[32]uint16) {
	panel := unsafe.Slice(dst, (count-1)*width+cover)
	for q := range count {
		for i := range cover {
			panel[q*width+i] = 0
			if i < lines {
				pair := uint32(codesAt(src, i*line+2*q+1, lowest))<<16 | uint32(codesAt(src, i*line+2*q, lowest))
				panel[q*width+i] = bits.RotateLeft32(pair, rotate)
			}
		}
	}
}
