package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// decode writes t into dst, whose storage is an arithmetic one; a float64 is rounded to float32 if it has to be.
func decode(dst, t *ops.Tensor) {
	switch {
	case dst.F32 != nil && t.BF16 != nil:
		decodeBFloat16(dst.F32, t.BF16)
	case dst.F32 != nil && t.F32 != nil:
		copy(dst.F32, t.F32)
	case dst.F32 != nil && t.F64 != nil:
		for i, v := range t.F64 {
			dst.F32[i] = float32(v)
		}
	case dst.F64 != nil && t.F32 != nil:
		for i, v := range t.F32 {
			dst.F64[i] = float64(v)
		}
	case dst.F64 != nil && t.BF16 != nil:
		for i, v := range t.BF16 {
			dst.F64[i] = float64(bf16.FromBFloat16(v))
		}
	case dst.F64 != nil && t.I32 != nil:
		for i, v := range t.I32 {
			dst.F64[i] = float64(v)
		}
	case dst.F32 != nil && t.I32 != nil:
		for i, v := range t.I32 {
			dst.F32[i] = float32(v)
		}
	case dst.F64 != nil:
		copy(dst.F64, t.F64)
	case dst.I32 != nil:
		copy(dst.I32, t.I32)
	case dst.Bool != nil:
		copy(dst.Bool, t.Bool)
	}
}

// encode writes an arithmetic tensor, already rounded, into dst, which may be narrower.
func encode(dst, t *ops.Tensor) {
	if dst.BF16 != nil {
		encodeBFloat16(dst.BF16, t.F32)
		return
	}
	decode(dst, t)
}

// Widened returns the values of a float32 or bfloat16 tensor as float32: its own memory, or scratch, which grows as needed.
func Widened(t *ops.Tensor, scratch *[]float32) []float32 {
	if t.BF16 == nil {
		return t.F32
	}
	*scratch = grow(*scratch, len(t.BF16))
	decodeBFloat16(*scratch, t.BF16)
	return *scratch
}
