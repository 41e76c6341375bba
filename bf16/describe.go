package bf16

import (
	"fmt"
	"math"
)

// Description says what a format makes of a number.
type Description struct {
	Format Format
	// Input is the number asked for; Value is what it is rounded to (nearest even).
	Input, Value float64
	// Class is "zero", "subnormal", "normal", "infinity" or "NaN", of Value.
	Class string
	// Code is the bit pattern of Value; Hex is the same in hexadecimal, padded to the width of
	// the format; Fields is it in binary as sign|exponent|mantissa.
	Code        uint64
	Hex, Fields string
	// Ulp is Format.Ulp(Value).
	Ulp float64
	// Below and Above are the neighbours of Value.
	Below, Above float64
	// Error is Value - Input, exact in float64 except on overflow; ErrorUlps is Error / Ulp.
	// Both are NaN where Value and Input are the same infinity.
	Error, ErrorUlps float64
}

// Describe rounds x to nearest even and says what became of it.
func (f Format) Describe(x float64) Description {
	value, code := f.Round64(x), f.Bits(x)
	ulp := f.Ulp(value)
	return Description{
		Format:    f,
		Input:     x,
		Value:     value,
		Class:     f.class(value),
		Code:      code,
		Hex:       fmt.Sprintf("0x%0*x", (f.Width()+3)/4, code),
		Fields:    f.fields(code),
		Ulp:       ulp,
		Below:     f.NextDown(value),
		Above:     f.NextUp(value),
		Error:     value - x,
		ErrorUlps: (value - x) / ulp,
	}
}

func (f Format) class(value float64) string {
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 0):
		return "infinity"
	case value == 0:
		return "zero"
	case math.Abs(value) < f.MinNormal():
		return "subnormal"
	}
	return "normal"
}

// fields returns a code in binary as sign|exponent|mantissa.
func (f Format) fields(code uint64) string {
	digits := fmt.Sprintf("%0*b", f.Width(), code)
	mantissa := 1 + f.ExponentBits
	return digits[:1] + "|" + digits[1:mantissa] + "|" + digits[mantissa:]
}
