package ops

import "math"

// ConvertElementTypePrimitive is JAX's convert_element_type: rounds to another dtype, to nearest even.
const ConvertElementTypePrimitive Primitive = "convert_element_type"

// ConvertParams holds the target of convert_element_type.
type ConvertParams struct {
	NewDType DType `json:"new_dtype"`
}

// ConvertElementType appends the conversion of x to dtype; it returns x itself where x has that dtype already.
//
// Floats become int32 by truncation toward zero; NaN becomes 0, what is out of range the nearest int32. Truth values become 0
// and 1, and every number but 0 becomes true. A conversion between [Compute] and an
// explicit type is an equation of the graph; it vanishes in plans whose compute type is that type.
func (b *Builder) ConvertElementType(x *Value, dtype DType) *Value {
	if x.DType == dtype {
		return x
	}
	return b.apply(ConvertElementTypePrimitive, ConvertParams{NewDType: dtype}, []Operand{x.operand(0)}, dtype, x.Shape)
}

func evaluateConvertElementType(_ *Context, out, in []*Tensor) {
	x, y := in[0], out[0]
	switch {
	case y.F32 != nil:
		convertTo(y.F32, x)
	case y.F64 != nil:
		convertTo(y.F64, x)
	case y.I32 != nil && x.F32 != nil:
		truncateLoop(y.I32, x.F32)
	case y.I32 != nil && x.F64 != nil:
		truncateLoop(y.I32, x.F64)
	case y.I32 != nil:
		convertTo(y.I32, x)
	case y.Bool != nil:
		truthOf(y.Bool, x)
	}
}

// truncateLoop spells out what Go leaves to the processor.
func truncateLoop[T real](dst []int32, x []T) {
	for i, v := range x {
		switch f := float64(v); {
		case f != f:
			dst[i] = 0
		case f <= math.MinInt32:
			dst[i] = math.MinInt32
		case f >= math.MaxInt32:
			dst[i] = math.MaxInt32
		default:
			dst[i] = int32(f)
		}
	}
}

// truthOf compares with zero.
func truthOf(dst []bool, x *Tensor) {
	switch {
	case x.F32 != nil:
		nonZero(dst, x.F32)
	case x.F64 != nil:
		nonZero(dst, x.F64)
	case x.I32 != nil:
		nonZero(dst, x.I32)
	}
}

func nonZero[T number](dst []bool, x []T) {
	for i, v := range x {
		dst[i] = v != 0
	}
}

func convertTo[T number](dst []T, x *Tensor) {
	switch {
	case x.F32 != nil:
		convertLoop(dst, x.F32)
	case x.F64 != nil:
		convertLoop(dst, x.F64)
	case x.I32 != nil:
		convertLoop(dst, x.I32)
	case x.Bool != nil:
		for i, v := range x.Bool {
			dst[i] = 0
			if v {
				dst[i] = 1
			}
		}
	}
}

func convertLoop[T, U number](dst []T, x []U) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = T(v)
	}
}
