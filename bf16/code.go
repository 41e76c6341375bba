package bf16

import (
	"fmt"
	"math"
)

// Bits returns the code of x rounded to nearest even: sign, exponent field,
// mantissa field, right-aligned.
func (f Format) Bits(x float64) uint64 {
	g := f.grid64()
	pattern := g.round(math.Float64bits(x), NearestEven, 0)
	return pattern>>63<<(f.Width()-1) | f.magnitudeCode(&g, pattern&^sign64)
}

// magnitudeCode returns the code of the float64 pattern of a non-negative value
// of the format, or of NaN; g is the format's grid.
func (f Format) magnitudeCode(g *grid64, magnitude uint64) uint64 {
	switch {
	case magnitude >= infinity64 && !f.Infinities:
		return f.signBit() - 1
	case magnitude >= infinity64:
		return f.infinityCode() | magnitude&mantissaMask64>>g.drop
	case magnitude < g.normal:
		significand, shift := g.subnormalShift(magnitude)
		return significand >> min(shift, 63)
	}
	return (magnitude-g.normal)>>g.drop + 1<<f.MantissaBits
}

// FromBits returns the value of a code. Subnormal codes have their value even
// where rounding would flush it, and signalling NaNs stay so. It panics if
// the code is wider than the format.
func (f Format) FromBits(code uint64) float64 {
	if f.Width() < 64 && code>>f.Width() != 0 {
		panic(fmt.Sprintf("bf16: FromBits: code %#x does not fit the %d bits of %s", code, f.Width(), f.Name))
	}
	magnitude := code &^ f.signBit()
	g := f.grid64()
	value := f.magnitudeValue(&g, magnitude)
	if code != magnitude {
		value |= sign64
	}
	return math.Float64frombits(value)
}

// magnitudeValue returns the float64 pattern of a code without sign.
func (f Format) magnitudeValue(g *grid64, code uint64) uint64 {
	mantissa := code & (1<<f.MantissaBits - 1)
	switch {
	case !f.Infinities && code == f.signBit()-1:
		return infinity64 | quiet64
	case f.Infinities && code >= f.infinityCode():
		return infinity64 | mantissa<<g.drop
	case code == mantissa:
		return math.Float64bits(float64(mantissa) * g.spacing)
	}
	return (code-1<<f.MantissaBits)<<g.drop + g.normal
}

// signBit returns the code of -0.
func (f Format) signBit() uint64 { return 1 << (f.Width() - 1) }

// infinityCode returns the code of +Inf, for formats that have it.
func (f Format) infinityCode() uint64 { return f.signBit() - 1<<f.MantissaBits }
