package bf16

import "math"

// nanBFloat16 is the positive quiet NaN of bfloat16.
const nanBFloat16 = 0x7FC0

// ToBFloat16 returns the bfloat16 code of x rounded to nearest even:
//
//	(u + 0x7FFF + bit 16 of u) >> 16   with u the bit pattern of x
//
// and sign | 0x7FC0 for every NaN. NaN comes first, because the sum would carry
// 0x7FFFFFFF into -0 and 0x7F800001 into an infinity. This is the conversion of
// XLA (xla/codegen/intrinsic/fptrunc.cc); subnormals are kept.
func ToBFloat16(x float32) uint16 {
	u := math.Float32bits(x)
	if u&^sign32 > infinity32 {
		return uint16(u>>31)<<15 | nanBFloat16
	}
	return uint16((u + 0x7FFF + u>>16&1) >> 16)
}

// FromBFloat16 returns the value of a bfloat16 code: the upper half of a float32.
func FromBFloat16(code uint16) float32 {
	return math.Float32frombits(uint32(code) << 16)
}

// EncodeBFloat16 sets dst[i] = ToBFloat16(src[i]). The slices have the same length.
func EncodeBFloat16(dst []uint16, src []float32) {
	checkLengths("EncodeBFloat16", len(dst), len(src))
	for i, x := range src {
		dst[i] = ToBFloat16(x)
	}
}

// DecodeBFloat16 sets dst[i] = FromBFloat16(src[i]). The slices have the same length.
func DecodeBFloat16(dst []float32, src []uint16) {
	checkLengths("DecodeBFloat16", len(dst), len(src))
	for i, code := range src {
		dst[i] = FromBFloat16(code)
	}
}

// roundBFloat16 is BFloat16.RoundSlice.
func roundBFloat16(dst, src []float32) {
	dst = dst[:len(src)]
	for i, x := range src {
		u := math.Float32bits(x)
		if x != x {
			u = u&sign32 | nanBFloat16<<16
		}
		dst[i] = math.Float32frombits((u + 0x7FFF + u>>16&1) &^ 0xFFFF)
	}
}
