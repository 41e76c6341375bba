package elementary

import (
	"math"
	"testing"

	"bf16lab/bf16"
)

// The XLA functions once more, as the LLVM IR of jaxlib 0.10.2 states them, with a fused multiply-add wherever its machine
// code has one (bf16.FMA32 is tested against integers). Coefficients are in the order of the machine code, as bits.

func bitsToFloat32(b uint32) float32 { return math.Float32frombits(b) }

// horner evaluates c[0]*x^(n-1) + ... with fused steps.
func horner(x float32, c ...uint32) float32 {
	p := bitsToFloat32(c[0])
	for _, b := range c[1:] {
		p = bf16.FMA32(p, x, bitsToFloat32(b))
	}
	return p
}

func definedExp(x float32) float32 {
	if x < bitsToFloat32(0xc2af999a) {
		x = bitsToFloat32(0xc2af999a)
	}
	if x > bitsToFloat32(0x42b1999a) {
		x = bitsToFloat32(0x42b1999a)
	}
	n := float32(math.Floor(float64(bf16.FMA32(x, bitsToFloat32(0x3fb8aa3b), 0.5))))
	n = float32(math.Max(-127, math.Min(127, float64(n))))
	r := bf16.FMA32(n, -bitsToFloat32(0x3f318000), x)
	r = bf16.FMA32(n, -bitsToFloat32(0xb95e8083), r)
	p := horner(r, 0x39506967, 0x3ab743ce, 0x3c088908, 0x3d2aa9c1, 0x3e2aaaaa, 0x3f000000)
	y := 1 + bf16.FMA32(p, float32(r*r), r)
	if n == -127 {
		return 0 // XLA builds 2^n by its exponent bits, which are those of zero here
	}
	return Flush(float32(y * float32(math.Ldexp(1, int(n)))))
}

func definedLog(x float32) float32 {
	x = Flush(x)
	switch {
	case x == 0:
		return float32(math.Inf(-1))
	case x < 0 || x != x:
		return float32(math.NaN())
	case math.IsInf(float64(x), 1):
		return x
	}
	m, e := math.Frexp(float64(x))
	f, k := float32(m), float32(e)
	if f < bitsToFloat32(0x3f3504f3) {
		f, k = float32(f-1)+f, k-1
	} else {
		f--
	}
	f2 := float32(f * f)
	f3 := float32(f2 * f)
	a := horner(f, 0x3d9021bb, 0xbdebd1b8, 0x3def251a)
	b := horner(f, 0xbdfe5d4f, 0x3e11e9bf, 0xbe2aae50)
	c := horner(f, 0x3e4cceac, 0xbe7ffffc, 0x3eaaaaaa)
	y := bf16.FMA32(bf16.FMA32(a, f3, b), f3, c)
	t := bf16.FMA32(y, f3, float32(k*bitsToFloat32(0xb95e8083)))
	return bf16.FMA32(k, bitsToFloat32(0x3f318000), bf16.FMA32(-0.5, f2, f)+t)
}

func definedLog1p(x float32) float32 {
	if !(math.Abs(float64(x)) < float64(bitsToFloat32(0x3ed413cd))) {
		return definedLog(x + 1)
	}
	x = Flush(x)
	x2 := RoundFlush(float64(x) * float64(x))
	x3 := RoundFlush(float64(x) * float64(x2))
	n := horner(x, 0x383de04b, 0x3eff40c5, 0x40d284fa, 0x41ef4b9c, 0x4273cc76, 0x426473ad, 0x41a05101)
	d := horner(x, 0x3f800000, 0x417101ad, 0x42a6185b, 0x435dc32d, 0x439a8ca3, 0x43586d8a, 0x42707982)
	t := RoundFlush(float64(x3) * float64(n/d))
	return Flush(x + Flush(bf16.FMA32(-0.5, x2, t)))
}

func definedTanh(x float32) float32 {
	a := math.Abs(float64(x))
	z := float32(math.Max(-float64(bitsToFloat32(0x40fff644)), math.Min(float64(bitsToFloat32(0x40fff644)), float64(x))))
	q := float32(z * z)
	n := float32(z * horner(q, 0xa59f25c0, 0x2a61337e, 0xaebd37ff, 0x335c0041, 0x3779434a, 0x3a270ded, 0x3ba059dc))
	d := horner(q, 0x35a0d3d8, 0x38f895d6, 0x3b14aa05, 0x3ba059dd)
	switch {
	case a < float64(bitsToFloat32(0x39d1b717)):
		return x
	case a >= 20:
		return float32(math.Copysign(1, float64(x)))
	}
	return n / d
}

func definedExpm1(x float32) float32 {
	half, e := RoundFlush(float64(x)*0.5), definedExp(x)
	switch {
	case half == 0:
		return x
	case math.Abs(float64(x)) > 0.5:
		return e - 1
	}
	return float32(definedTanh(half) * (e + 1))
}

func definedErf(x float32) float32 {
	if math.Abs(float64(x)) >= float64(bitsToFloat32(0x407547cb)) {
		return float32(math.Copysign(1, float64(x)))
	}
	x = Flush(x)
	q := RoundFlush(float64(x) * float64(x))
	n := float32(x * horner(q, 0x39702d51, 0x3b5f5da2, 0x3d50b6eb, 0x3e3da740, 0x3f906eba))
	return n / horner(q, 0xb3fd3906, 0x37c588df, 0x3a856d28, 0x3c6687d4, 0x3de34c21, 0x3efeb44a, 0x3f800000)
}

func definedLogistic(x float32) float32 { return Flush(1 / (1 + definedExp(-x))) }

func definedRsqrt(x float32) float32 {
	x = Flush(x)
	switch {
	case x == 0:
		return 1 / x
	case x < 0 || x != x:
		return float32(math.NaN())
	case math.IsInf(float64(x), 1):
		return 0
	}
	e := rsqrtps(x)
	return bf16.FMA32(-0.5*e, bf16.FMA32(float32(x*e), e, -1), e)
}

// TestDefinitions compares the functions with their definitions, on a sample of all bit patterns and densely near 1, where
// activations live.
func TestDefinitions(t *testing.T) {
	for _, c := range []struct {
		name          string
		fast, defined func(float32) float32
	}{
		{"exp", xlaExp, definedExp}, {"log", xlaLog, definedLog}, {"log1p", xlaLog1p, definedLog1p}, {"tanh", xlaTanh, definedTanh},
		{"expm1", xlaExpm1, definedExpm1}, {"erf", xlaErf, definedErf}, {"logistic", xlaLogistic, definedLogistic},
		{"rsqrt", xlaRsqrt, definedRsqrt},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var bad wrong
			n := 0
			check := func(x float32) {
				n++
				if got, want := c.fast(x), c.defined(x); !same(got, want) {
					bad.add(x, got, want)
				}
			}
			sample(stride, check)
			for b := uint32(0x3d000000); b < 0x43000000; b += 997 {
				check(math.Float32frombits(b))
				check(-math.Float32frombits(b))
			}
			check(0.5)
			check(-0.5)
			// The only arguments known to meet a harmful tie.
			check(bitsToFloat32(0x39b57aad))
			check(bitsToFloat32(0xb9b57aad))
			bad.report(t, c.name, n)
		})
	}
}
