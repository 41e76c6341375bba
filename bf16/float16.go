package bf16

import "math"

// Fields of the float16 code, and the float32 patterns of its limits.
const (
	sign16      = 1 << 15
	infinity16  = 0x1F << 10
	quiet16     = 1 << 9
	drop16      = 23 - 10
	normal16    = (127 - 14) << 23 // 2^-14
	overflow16  = (127 + 16) << 23 // 2^16
	rebias16    = (127 - 15) << 23
	subnormal16 = 0x3F000000 // 0.5, whose ulp in float32 is 2^-24, that of float16's subnormals
)

// ToFloat16 returns the float16 code of x rounded to nearest even. Subnormals
// are kept; a NaN comes out quiet with its sign and the upper bits of its payload,
// as the CPU instruction VCVTPS2PH and XLA do.
func ToFloat16(x float32) uint16 {
	u := math.Float32bits(x)
	sign, magnitude := uint16(u>>31)<<15, u&^sign32
	switch {
	case magnitude < normal16:
		// The sum is rounded to a multiple of 2^-24; its low bits count them.
		sum := math.Float32frombits(magnitude) + math.Float32frombits(subnormal16)
		return sign | uint16(math.Float32bits(sum)-subnormal16)
	case magnitude < overflow16:
		return sign | uint16((magnitude-rebias16+(1<<(drop16-1)-1)+magnitude>>drop16&1)>>drop16)
	case magnitude > infinity32:
		return sign | infinity16 | quiet16 | uint16(magnitude>>drop16)&(1<<10-1)
	}
	return sign | infinity16
}

// FromFloat16 returns the value of a float16 code. Every one is a float32. A
// signalling NaN keeps its payload and comes out quiet.
func FromFloat16(code uint16) float32 {
	sign, magnitude := uint32(code&sign16)<<16, uint32(code&^sign16)<<drop16
	if code&infinity16 == infinity16 {
		pattern := magnitude | infinity32
		if pattern > infinity32 {
			pattern |= quiet32
		}
		return math.Float32frombits(sign | pattern)
	}
	// The product with 2^112 is exact and moves the exponent to float32's bias, for
	// subnormals too.
	value := math.Float32frombits(magnitude) * 0x1p112
	return math.Float32frombits(sign | math.Float32bits(value))
}

// EncodeFloat16 sets dst[i] = ToFloat16(src[i]). The slices have the same length.
func EncodeFloat16(dst []uint16, src []float32) {
	checkLengths("EncodeFloat16", len(dst), len(src))
	for i, x := range src {
		dst[i] = ToFloat16(x)
	}
}

// DecodeFloat16 sets dst[i] = FromFloat16(src[i]). The slices have the same length.
func DecodeFloat16(dst []float32, src []uint16) {
	checkLengths("DecodeFloat16", len(dst), len(src))
	for i, code := range src {
		dst[i] = FromFloat16(code)
	}
}
