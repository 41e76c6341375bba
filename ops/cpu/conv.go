package cpu

import "bf16lab/bf16"

// Convolve sets dst, row-major (length, w.Columns), to the one-dimensional convolution of x, row-major (length, channels),
// with w, (width*channels, out), stride 1 and padding SAME ((width-1)/2 zero positions on the left):
//
//	dst[i, o] = bf16.Dot(order, patch i, column o of w),  patch i [t*channels + c] = x[i + t - (width-1)/2, c]
//
// so the chain runs over (tap, channel) row-major, and the zeros of the padding take part in it. XLA's order on a CPU is
// {Block: bf16.EqualBlock(width*channels, 320)}.
//
// The patches overlap in x and are packed from there: no copy of the input is made.
func Convolve(workers int, dst []float32, x Floats, length, channels int, w Matrix, width int, order bf16.DotOrder) {
	convolve(workers, dst, x, length, channels, 0, length, w, width, order)
}

// convolve is [Convolve] for so many positions from the first one on.
func convolve(workers int, dst []float32, x Floats, length, channels, first, positions int, w Matrix, width int, order bf16.DotOrder) {
	if length*channels != 0 && (x.F32 == nil) == (x.BF16 == nil) {
		panic("cpu: exactly one of F32 and BF16 must be set")
	}
	checkConvolution(x.Len(), length, channels, w.Rows, width)
	size := length * channels
	before, _ := halo(width)
	patches := operand[float32]{round: x.Round, offset: (first - before) * channels, line: channels, step: 1, padded: true}
	if x.BF16 != nil {
		patches.half = x.BF16[:size]
	} else {
		patches.wide = x.F32[:size]
	}
	p, _ := newProduct(dst, patches, w.operand(false), positions, w.Columns, width*channels, w.Rows, order)
	multiply(workers, []product[float32]{p})
}

// Convolve64 is [Convolve] for float64.
func Convolve64(workers int, dst []float64, x []float64, length, channels int, w Matrix64, width int, order bf16.DotOrder) {
	convolve64(workers, dst, x, length, channels, 0, length, w, width, order)
}

// convolve64 is [Convolve64] for so many positions from the first one on.
func convolve64(workers int, dst []float64, x []float64, length, channels, first, positions int, w Matrix64, width int, order bf16.DotOrder) {
	checkConvolution(len(x), length, channels, w.Rows, width)
	before, _ := halo(width)
	patches := operand[float64]{wide: x[:length*channels], offset: (first - before) * channels, line: channels, step: 1, padded: true}
	p, _ := newProduct(dst, patches, w.operand(false), positions, w.Columns, width*channels, w.Rows, order)
	multiply(workers, []product[float64]{p})
}

func checkConvolution(stored, length, channels, rows, width int) {
	if length < 0 || channels < 0 || width < 1 {
		panic("cpu: convolution needs length >= 0, channels >= 0 and width >= 1")
	}
	if length*channels > stored {
		panic("cpu: convolution input shorter than length x channels")
	}
	if rows != width*channels {
		panic("cpu: convolution weights need width*channels rows")
	}
}
