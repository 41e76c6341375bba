package ops

import "bf16lab/bf16"

// exactProduct sets out, in float64, to the exact products of two float32 operands.
func exactProduct(out, x, y *Tensor) {
	zip(out.F64, out.Shape, x.F32, x.Shape, y.F32, y.Shape, func(dst []float64, x, y []float32) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = float64(x[i]) * float64(y[i])
		}
	})
}

// fusedSum sets out, in float32, to x + sign*y rounded once, where one operand holds exact products in float64.
func fusedSum(out, x, y *Tensor, sign float64) {
	zip(out.F32, out.Shape, widened(x), x.Shape, widened(y), y.Shape, func(dst []float32, x, y []float64) {
		x, y = x[:len(dst)], y[:len(dst)]
		for i := range dst {
			dst[i] = float32(bf16.AddToOdd(x[i], sign*y[i]))
		}
	})
}

// widened returns the elements of a float32 or float64 tensor as float64.
func widened(t *Tensor) []float64 {
	if t.F64 != nil {
		return t.F64
	}
	out := make([]float64, len(t.F32))
	for i, v := range t.F32 {
		out[i] = float64(v)
	}
	return out
}
