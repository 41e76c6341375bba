package bf16

import (
	"fmt"
	"math"
	"math/big"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// oracle rounds with big integers and the definition of the format, knowing
// nothing of bit tricks: a code is found by bisection among the exact values, and
// the source is compared with the exact midpoint. Reals are multiples of 2^-1074.
type oracle struct{ Format }

const oracleScale = 1074

// value returns the exact value of a code without sign. Codes above the largest
// finite one get the value they would have if the exponent range went on.
func (o oracle) value(code uint64) *big.Int {
	hidden := uint64(1) << o.MantissaBits
	exponent, significand := int(code/hidden), code%hidden
	if exponent == 0 {
		exponent = 1
	} else {
		significand += hidden
	}
	bias := int(math.Pow(2, float64(o.ExponentBits-1))) - 1
	shift := exponent - bias - o.MantissaBits + oracleScale
	return new(big.Int).Lsh(new(big.Int).SetUint64(significand), uint(shift))
}

// lastCode returns the code of the largest finite value.
func (o oracle) lastCode() uint64 {
	codes := uint64(1) << (o.ExponentBits + o.MantissaBits)
	if o.Infinities {
		return codes - 1<<o.MantissaBits - 1
	}
	return codes - 2
}

// neighbours returns the largest code with value(code) <= |x|, and |x|.
func (o oracle) neighbours(x float64) (below uint64, magnitude *big.Int) {
	magnitude = exactMagnitude(x)
	codes := 1 << (o.ExponentBits + o.MantissaBits)
	if o.Width() == 64 {
		codes = math.MaxInt
	}
	above := sort.Search(codes, func(code int) bool { return o.value(uint64(code)).Cmp(magnitude) > 0 })
	return uint64(above) - 1, magnitude
}

// exactMagnitude returns |x| in units of 2^-1074.
func exactMagnitude(x float64) *big.Int {
	scaled := new(big.Float).SetMantExp(new(big.Float).SetPrec(2200).SetFloat64(math.Abs(x)), oracleScale)
	integer, accuracy := scaled.Int(nil)
	if accuracy != big.Exact {
		panic("oracle: inexact scaling")
	}
	return integer
}

// bits returns the code of x; ok is false where the result is NaN.
func (o oracle) bits(x float64, mode Mode) (code uint64, ok bool) {
	var sign uint64
	if math.Signbit(x) {
		sign = 1 << (o.Width() - 1)
	}
	last := o.lastCode()
	overflow, number := last+1, o.Infinities
	if o.Saturate {
		overflow, number = last, true
	}
	switch {
	case math.IsNaN(x):
		return 0, false
	case math.IsInf(x, 0):
		return sign | overflow, number
	case o.FlushSubnormals && math.Abs(x) < math.Ldexp(1, 2-1<<(o.ExponentBits-1)):
		return sign, true
	}
	code, magnitude := o.neighbours(x)
	if mode == TowardZero {
		return sign | min(code, last), true
	}
	twice := new(big.Int).Lsh(magnitude, 1)
	midpoint := new(big.Int).Add(o.value(code), o.value(code+1))
	if order := twice.Cmp(midpoint); order > 0 || order == 0 && code%2 == 1 {
		code++
	}
	if code > last {
		return sign | overflow, number
	}
	return sign | code, true
}

// float returns the value of a code as float64.
func (o oracle) float(code uint64) float64 {
	signBit := uint64(1) << (o.Width() - 1)
	magnitude, sign := code%signBit, 1.0
	if code >= signBit {
		sign = -1
	}
	if magnitude > o.lastCode() {
		if o.Infinities && magnitude == o.lastCode()+1 {
			return math.Inf(int(sign))
		}
		return math.NaN()
	}
	exact := new(big.Float).SetMantExp(new(big.Float).SetInt(o.value(magnitude)), -oracleScale)
	value, accuracy := exact.Float64()
	if accuracy != big.Exact {
		panic("oracle: value is no float64")
	}
	return math.Copysign(value, sign)
}

// checkOracle compares every way this package has to round x with the oracle.
func checkOracle(t rapid.TB, f Format, x float64) {
	t.Helper()
	for _, mode := range []Mode{NearestEven, TowardZero} {
		code, ok := oracle{f}.bits(x, mode)
		got := Rounding{Format: f, Mode: mode}.Round64(x, 0)
		if !ok {
			if !math.IsNaN(got) || math.Signbit(got) != math.Signbit(x) {
				t.Fatalf("%v %v: Round64(%x) = %v, want NaN of the same sign", f, mode, x, got)
			}
			if back := f.FromBits(f.Bits(x)); mode == NearestEven && (!math.IsNaN(back) || math.Signbit(back) != math.Signbit(x)) {
				t.Fatalf("%v: Bits(%x) = %#x, want a NaN of the same sign", f, x, f.Bits(x))
			}
			continue
		}
		want := oracle{f}.float(code)
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%v %v: Round64(%x) = %x, want %x", f, mode, x, got, want)
		}
		if mode == NearestEven {
			if got := f.Bits(x); got != code {
				t.Fatalf("%v: Bits(%x) = %#x, want %#x", f, x, got, code)
			}
			if got := f.FromBits(code); math.Float64bits(got) != math.Float64bits(want) {
				t.Fatalf("%v: FromBits(%#x) = %x, want %x", f, code, got, want)
			}
		}
		if y := float32(x); float64(y) == x && f.within32() {
			got := Rounding{Format: f, Mode: mode}.Round(y, 0)
			if math.Float32bits(got) != math.Float32bits(float32(want)) {
				t.Fatalf("%v %v: Round(%x) = %x, want %x", f, mode, y, got, want)
			}
		}
	}
}

// variants returns the formats of the laboratory with every option, and some
// custom ones that reach the corners of Validate.
func variants() []Format {
	var list []Format
	for _, f := range Formats() {
		list = append(list, f, f.Flushing())
		if f.MantissaBits < 23 {
			list = append(list, f.Saturating(), f.Saturating().Flushing(), f.KeepingPayload())
		}
	}
	return append(list,
		Format{Name: "e2m1", ExponentBits: 2, MantissaBits: 1, Infinities: true},
		Format{Name: "e2m3fn", ExponentBits: 2, MantissaBits: 3},
		Format{Name: "e5m23", ExponentBits: 5, MantissaBits: 23, Infinities: true},
		Format{Name: "e6m30", ExponentBits: 6, MantissaBits: 30, Infinities: true},
		Format{Name: "e8m5fn", ExponentBits: 8, MantissaBits: 5},
		Format{Name: "e10m51fn", ExponentBits: 10, MantissaBits: 51},
		Format{Name: "e11m7", ExponentBits: 11, MantissaBits: 7, Infinities: true},
	)
}

// sources draws float64 values that hurt: any pattern, and values at or beside a
// value or a midpoint of the format.
func sources(f Format) *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		if rapid.Bool().Draw(t, "any") {
			return math.Float64frombits(rapid.Uint64().Draw(t, "pattern"))
		}
		code := rapid.Uint64Range(0, 1<<f.Width()-1).Draw(t, "code")
		if f.Width() == 64 {
			code = rapid.Uint64().Draw(t, "wide code")
		}
		x := f.FromBits(code)
		if next := f.NextUp(x); rapid.Bool().Draw(t, "midpoint") && !math.IsInf(next, 0) {
			x += (next - x) / 2
		}
		nudge := rapid.Int64Range(-2, 2).Draw(t, "nudge")
		return math.Float64frombits(math.Float64bits(x) + uint64(nudge))
	})
}

// forEachFormat runs a subtest for every variant.
func forEachFormat(t *testing.T, run func(t *testing.T, f Format)) {
	for _, f := range variants() {
		t.Run(fmt.Sprint(f), func(t *testing.T) { run(t, f) })
	}
}

// roundPattern is the definition of rounding, grid64.round.
func (f Format) roundPattern(pattern uint64, mode Mode, random uint64) uint64 {
	g := f.grid64()
	return g.round(pattern, mode, random)
}
