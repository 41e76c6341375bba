package bf16

import (
	"fmt"
	"math"
)

// Format is a binary floating-point format as data: one sign bit, ExponentBits,
// MantissaBits, bias 2^(ExponentBits-1) - 1. Two formats are the same when they
// are equal with ==.
//
// The zero Format is no format; [Format.Validate] tells. Methods on a Format
// that is not valid have no defined result.
type Format struct {
	// Name is the name that [Named] accepts, without options.
	Name string
	// ExponentBits is the width of the exponent field, 2 to 11.
	ExponentBits int
	// MantissaBits is the width of the mantissa field, without the hidden bit, 1 to 52.
	MantissaBits int
	// Infinities is true where the highest exponent holds infinities and NaN as in
	// IEEE 754, false where it is an ordinary binade of which only the all-ones
	// code is NaN ("fn").
	Infinities bool
	// Saturate turns overflow, and infinite sources, into the largest finite value.
	Saturate bool
	// FlushSubnormals turns every source below the smallest normal value into zero.
	FlushSubnormals bool
	// KeepPayload keeps the upper payload bits of a NaN, as hardware does, instead
	// of clearing them.
	KeepPayload bool
}

// The formats of the laboratory, as XLA converts to them on a CPU: overflow
// does not saturate, subnormals are kept. TF32 has no storage of its own: its
// 19-bit code is the upper part of a float32. (NVIDIA's cvt.rna.tf32 rounds ties
// away from zero and its tensor cores truncate raw float32 operands; rounding
// here is to nearest even unless a [Rounding] says otherwise.)
var (
	BFloat16   = Format{Name: "bfloat16", ExponentBits: 8, MantissaBits: 7, Infinities: true}
	Float16    = Format{Name: "float16", ExponentBits: 5, MantissaBits: 10, Infinities: true, KeepPayload: true}
	TF32       = Format{Name: "tf32", ExponentBits: 8, MantissaBits: 10, Infinities: true}
	Float32    = Format{Name: "float32", ExponentBits: 8, MantissaBits: 23, Infinities: true, KeepPayload: true}
	Float64    = Format{Name: "float64", ExponentBits: 11, MantissaBits: 52, Infinities: true, KeepPayload: true}
	Float8E4M3 = Format{Name: "float8_e4m3fn", ExponentBits: 4, MantissaBits: 3}
	Float8E5M2 = Format{Name: "float8_e5m2", ExponentBits: 5, MantissaBits: 2, Infinities: true}
)

// Formats returns the formats of the laboratory, widest first.
func Formats() []Format {
	return []Format{Float64, Float32, TF32, BFloat16, Float16, Float8E5M2, Float8E4M3}
}

// Saturating returns the format with saturating overflow.
func (f Format) Saturating() Format { f.Saturate = true; return f }

// Flushing returns the format with subnormals flushed to zero.
func (f Format) Flushing() Format { f.FlushSubnormals = true; return f }

// KeepingPayload returns the format with the payload of NaN kept.
func (f Format) KeepingPayload() Format { f.KeepPayload = true; return f }

// Validate reports whether the format is one that this package can compute.
func (f Format) Validate() error {
	switch {
	case f.ExponentBits < 2 || f.ExponentBits > 11:
		return fmt.Errorf("bf16: format %q has %d exponent bits, want 2 to 11", f.Name, f.ExponentBits)
	case f.MantissaBits < 1 || f.MantissaBits > 52:
		return fmt.Errorf("bf16: format %q has %d mantissa bits, want 1 to 52", f.Name, f.MantissaBits)
	case f.ExponentBits == 11 && !f.Infinities:
		return fmt.Errorf("bf16: format %q has 11 exponent bits and no infinities: its largest binade exceeds float64", f.Name)
	}
	return nil
}

// Width returns the number of bits of a code: 1 + ExponentBits + MantissaBits.
func (f Format) Width() int { return 1 + f.ExponentBits + f.MantissaBits }

// Bias returns the exponent bias, 2^(ExponentBits-1) - 1.
func (f Format) Bias() int { return 1<<(f.ExponentBits-1) - 1 }

// MinExponent returns emin, the exponent of the smallest normal value.
func (f Format) MinExponent() int { return 1 - f.Bias() }

// MaxExponent returns emax, the exponent of the largest finite value.
func (f Format) MaxExponent() int {
	if f.Infinities {
		return f.Bias()
	}
	return f.Bias() + 1
}

// Epsilon returns 2^-MantissaBits, the ulp of 1. Rounding to nearest has a
// relative error of at most half of it.
func (f Format) Epsilon() float64 { return powerOfTwo(-f.MantissaBits) }

// MinNormal returns the smallest positive normal value, 2^emin.
func (f Format) MinNormal() float64 { return powerOfTwo(f.MinExponent()) }

// MinPositive returns the smallest positive value that rounding can return:
// 2^(emin-MantissaBits), or MinNormal where subnormals are flushed.
func (f Format) MinPositive() float64 {
	if f.FlushSubnormals {
		return f.MinNormal()
	}
	return powerOfTwo(f.MinExponent() - f.MantissaBits)
}

// MaxFinite returns the largest finite value: 2^emax (2 - 2^-m), or
// 2^emax (2 - 2^(1-m)) without infinities, where the last code is NaN.
func (f Format) MaxFinite() float64 { return math.Float64frombits(f.grid64().maxFinite) }
