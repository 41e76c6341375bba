package ops

import "bf16lab/bf16"

// ConvGeneralDilatedPrimitive is JAX's conv_general_dilated, here one-dimensional with stride 1 and padding SAME.
const ConvGeneralDilatedPrimitive Primitive = "conv_general_dilated"

// ConvParams holds the padding of conv_general_dilated: (width-1)/2 zeros before, the rest of width-1 after.
type ConvParams struct {
	Padding [2]int `json:"padding"`
}

// ConvGeneralDilated appends the convolution of x [B, S, C] with w [width, C, D]: [B, S, D].
//
//	y[b, s, d] = sum over (t, c) of x[b, s + t - (width-1)/2, c] * w[t, c, d]
//
// Positions outside of the sequence are zero and take part in the sum. The sum runs over (t, c) in row-major order, cut
// into blocks as the plan says ([bf16.DotOrder]).
func (b *Builder) ConvGeneralDilated(x, w *Value) *Value {
	const p = ConvGeneralDilatedPrimitive
	b.require(len(x.Shape) == 3 && len(w.Shape) == 3 && x.Shape[2] == w.Shape[1], p, "%v with %v", x.Shape, w.Shape)
	b.require(x.DType == w.DType && x.DType.IsFloat(), p, "%v with %v", x.DType, w.DType)
	low := (w.Shape[0] - 1) / 2
	params := ConvParams{Padding: [2]int{low, w.Shape[0] - 1 - low}}
	return b.apply(p, params, []Operand{x.operand(0), w.operand(0)}, x.DType, Shape{x.Shape[0], x.Shape[1], w.Shape[2]})
}

func evaluateConvGeneralDilated(c *Context, out, in []*Tensor) {
	x, w, y := in[0], in[1], out[0]
	length, channels, columns, width := x.Shape[1], x.Shape[2], y.Shape[2], w.Shape[0]
	low := c.Params.(ConvParams).Padding[0]
	switch {
	case y.F32 != nil:
		convolve(y.F32, x.F32, w.F32, length, channels, columns, width, low, func(a, b []float32) float32 { return bf16.Dot(c.Plan.Dot.Main, a, b) })
	case y.F64 != nil:
		convolve(y.F64, x.F64, w.F64, length, channels, columns, width, low, func(a, b []float64) float64 { return bf16.Dot64(c.Plan.Dot.Main, a, b) })
	}
}

func convolve[T real](y, x, w []T, length, channels, columns, width, low int, dot func(a, b []T) T) {
	a, b := make([]T, width*channels), make([]T, width*channels)
	for i := range y {
		batch, s, d := i/(columns*length), i/columns%length, i%columns
		for k := range a {
			at := s + k/channels - low
			a[k] = 0
			if at >= 0 && at < length {
				a[k] = x[(batch*length+at)*channels+k%channels]
			}
			b[k] = w[k*columns+d]
		}
		y[i] = dot(a, b)
	}
}
