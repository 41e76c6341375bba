package bf16

import "math"

// Rounding is a format with a rounding mode, as data: what a policy says about
// one value. It is comparable with ==; the zero Mode is NearestEven.
type Rounding struct {
	Format Format
	Mode   Mode
	// Key selects the stream of random bits of Stochastic; see RandomBits.
	Key uint64
}

// Round returns x rounded; counter selects the random bits of Stochastic and is
// ignored by the other modes.
func (r Rounding) Round(x float32, counter uint64) float32 {
	if r.Mode == NearestEven {
		return r.Format.Round(x)
	}
	if r.Format.identity32() {
		return x
	}
	return float32(r.Round64(float64(x), counter))
}

// Round64 returns x rounded once, as Round does.
func (r Rounding) Round64(x float64, counter uint64) float64 {
	g := r.Format.grid64()
	return math.Float64frombits(g.round(math.Float64bits(x), r.Mode, r.random(counter)))
}

// RoundSlice sets dst[i] = Round(src[i], counter + i). The result does not depend
// on how a slice is cut, as long as each part gets the counter of its first
// element. The slices have the same length and are either the same or do not overlap.
func (r Rounding) RoundSlice(dst, src []float32, counter uint64) {
	checkLengths("RoundSlice", len(dst), len(src))
	switch {
	case r.Mode == NearestEven || r.Format.identity32():
		r.Format.RoundSlice(dst, src)
	case r.Mode == Stochastic && r.Format.isBFloat16():
		stochasticBFloat16(dst, src, r.Key, counter)
	default:
		g := r.Format.grid64()
		for i, x := range src {
			pattern := math.Float64bits(float64(x))
			dst[i] = float32(math.Float64frombits(g.round(pattern, r.Mode, r.random(counter+uint64(i)))))
		}
	}
}

// random returns the random bits of a counter, 0 for modes that need none.
func (r Rounding) random(counter uint64) uint64 {
	if r.Mode != Stochastic {
		return 0
	}
	return RandomBits(r.Key, counter)
}

// stochasticBFloat16 is Rounding.RoundSlice for bfloat16: the upper 16 random bits
// are added to the 16 that are cut off, for subnormals too. The sum carries the
// largest finite value into infinity, and infinity nowhere.
func stochasticBFloat16(dst, src []float32, key, counter uint64) {
	mixedKey := mix64(key)
	for i, x := range src {
		u := math.Float32bits(x)
		if x != x {
			u = u&sign32 | nanBFloat16<<16
		} else {
			u += uint32(streamBits(mixedKey, counter+uint64(i)) >> 48)
		}
		dst[i] = math.Float32frombits(u &^ 0xFFFF)
	}
}
