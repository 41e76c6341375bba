package cpu

import (
	"math"
	"unsafe"

	"bf16lab/bf16"
)

// The tile of the plain Go kernels.
const (
	goRows    = 4
	goColumns = 8
)

// tileGo32 is the definition of a float32 tile kernel. a points into a packed panel of height values per element, b into
// one of goColumns values per element, c to the upper left corner of the results with stride values from row to row. The
// chain of a result consists of the elements 0, element, 2*element, ..., (count-1)*element of the panels:
//
//	for i < height, j < width:
//		s := +0, or c[i*stride+j] with modeResume
//		for q < count:
//			p := q, or with modeOddFirst the other one of the pair (2r, 2r+1) of q if both are below count
//			s = FMA(a[p*element*height+i], b[p*element*goColumns+j], s)
//		c[i*stride+j] = s, or c[i*stride+j] + s with modeAdd
func tileGo32(mode, count, element, height, width int, a, b, c *float32, stride int) {
	tileGo(mode, count, element, height, width, goColumns, a, b, c, stride, bf16.FMA32)
}

// tileGo64 is tileGo32 for float64.
func tileGo64(mode, count, element, height, width int, a, b, c *float64, stride int) {
	tileGo(mode, count, element, height, width, goColumns, a, b, c, stride, math.FMA)
}

// tileUnfusedGo32 is tileGo32 with s = a * b + s in two roundings.
func tileUnfusedGo32(mode, count, element, height, width int, a, b, c *float32, stride int) {
	tileGo(mode, count, element, height, width, goColumns, a, b, c, stride, multiplyAdd32)
}

// tileUnfusedGo64 is tileUnfusedGo32 for float64.
func tileUnfusedGo64(mode, count, element, height, width int, a, b, c *float64, stride int) {
	tileGo(mode, count, element, height, width, goColumns, a, b, c, stride, multiplyAdd64)
}

func multiplyAdd32(x, y, z float32) float32 { return float32(x*y) + z }
func multiplyAdd64(x, y, z float64) float64 { return float64(x*y) + z }

func tileGo[T float](mode, count, element, height, width, columns int, a, b, c *T, stride int, fma func(x, y, z T) T) {
	depth := (count-1)*element + 1
	left := unsafe.Slice(a, depth*height)
	right := unsafe.Slice(b, depth*columns)
	results := unsafe.Slice(c, (height-1)*stride+width)
	for i := range height {
		row := results[i*stride:][:width]
		for j := range row {
			var s T
			if mode&modeResume != 0 {
				s = row[j]
			}
			for q := range count {
				p := q
				if mode&modeOddFirst != 0 && q|1 < count {
					p = q ^ 1
				}
				s = fma(left[p*element*height+i], right[p*element*columns+j], s)
			}
			if mode&modeAdd != 0 {
				s = row[j] + s
			}
			row[j] = s
		}
	}
}
