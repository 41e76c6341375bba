package elementary

import (
	"encoding/binary"
	"math"
)

// Constants of sinf and cosf of ARM optimized-routines (math/sincosf.h and sincosf_data.c, MIT licence), as in glibc 2.28 and
// later: minimax coefficients on [-pi/4, pi/4].
const (
	sincosTwoOverPi = 0x1.45f306dc9c883p+23 // 2/pi * 2^24
	sincosHalfPi    = 0x1.921fb54442d18p0
	sincosPi63      = 0x1.921fb54442d18p-62 // pi/2 * 2^-62
	sinS1           = -0x1.555545995a603p-3
	sinS2           = 0x1.1107605230bc4p-7
	sinS3           = -0x1.994eb3774cf24p-13
	cosC1           = -0x1.ffffffd0c621cp-2
	cosC2           = 0x1.55553e1068f19p-5
	cosC3           = -0x1.6c087e89a359dp-10
	cosC4           = 0x1.99343027bf8c3p-16
)

// twoOverPi is 2/pi * 2^-24 in bytes after the binary point, most significant first: the four bytes from i on are entry i of
// the C library's __inv_pio4.
var twoOverPi = [27]byte{
	0x00, 0x00, 0x00, 0xa2, 0xf9, 0x83, 0x6e, 0x4e, 0x44, 0x15, 0x29, 0xfc, 0x27, 0x57,
	0xd1, 0xf5, 0x34, 0xdd, 0xc0, 0xdb, 0x62, 0x95, 0x99, 0x3c, 0x43, 0x90, 0x41,
}

// sinPolynomial is sin x on [-pi/4, pi/4], fused where gcc fuses it in glibc's FMA variant.
func sinPolynomial(x float64) float64 {
	x2 := float64(x * x)
	x3 := float64(x * x2)
	tail := math.FMA(x2, sinS3, sinS2)
	return math.FMA(float64(x2*x3), tail, math.FMA(x3, sinS1, x))
}

// cosPolynomial is cos x on [-pi/4, pi/4], fused where gcc fuses it in glibc's FMA variant.
func cosPolynomial(x float64) float64 {
	x2 := float64(x * x)
	x4 := float64(x2 * x2)
	tail := math.FMA(x2, cosC4, cosC3)
	head := math.FMA(x4, cosC2, math.FMA(x2, cosC1, 1))
	return math.FMA(float64(x2*x4), tail, head)
}

// reduceQuarter writes x = r + n * pi/2 with |r| <= pi/4 or little more. Below 120 in magnitude n is x*2/pi in fixed point
// with 24 fraction bits, truncated, then rounded to an integer; r is one fused step. Larger finite arguments are multiplied
// with 96 bits of 2/pi in integers.
func reduceQuarter(x float32) (r float64, n int) {
	v := float64(x)
	if math.Abs(v) < 120 {
		n = int((int32(v*sincosTwoOverPi) + 0x800000) >> 24)
		return math.FMA(-float64(n), sincosHalfPi, v), n
	}
	b := math.Float32bits(x)
	words := twoOverPi[b>>26&15:]
	high, middle, low := binary.BigEndian.Uint32(words), binary.BigEndian.Uint32(words[4:]), binary.BigEndian.Uint32(words[8:])
	m := (b&0x7fffff | 0x800000) << (b >> 23 & 7)
	// Quarter turns modulo 4 in fixed point, 62 fraction bits: m times the three words, without what lies above or below.
	p := uint64(m*high)<<32 | uint64(m)*uint64(low)>>32
	p += uint64(m) * uint64(middle)
	n = int((p + 1<<61) >> 62)
	return float64(int64(p-uint64(n)<<62)) * sincosPi63, n
}
