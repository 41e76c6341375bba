package elementary

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// wideFunctions lists the math/big functions in the order of functions and functions64.
var wideFunctions = []func(*big.Float, uint) *big.Float{
	wideExp, wideExpm1, wideLog, wideLog1p, wideTanh, wideLogistic, wideErf, wideSqrt, wideRsqrt, wideSin, wideCos,
}

func wideSqrt(x *big.Float, prec uint) *big.Float { return wide(prec).Sqrt(x) }

// maxUlps64 bounds the errors of Float64 in units of the last place of the result, in the order of functions.
var maxUlps64 = []float64{1, 1.5, 0.6, 0.6, 3, 2, 6, 0.5, 1.5, 0.8, 0.8}

// arguments64 returns n random arguments that the named function is defined for, of all sizes; they do not depend on the
// machine either.
func arguments64(name string, n int) []float64 {
	random := rand.New(rand.NewPCG(3, 4))
	x := make([]float64, n)
	for i := range x {
		v := math.Ldexp(random.Float64()+0.5, random.IntN(16)-10)
		switch i % 8 {
		case 0:
			v = math.Ldexp(random.Float64()+0.5, random.IntN(120)-100)
		case 1:
			v = 1 + math.Ldexp(random.Float64()-0.5, -8)
		case 2:
			v = float64(float64(random.IntN(1000))*(math.Pi/4)) + math.Ldexp(random.Float64()-0.5, -28)
		}
		switch name {
		case "log", "sqrt", "rsqrt":
			v = math.Abs(v)
		case "log1p":
			if v = v * float64(1-2*(i&1)); v <= -1 {
				v = 1/v - 0x1p-50
			}
		case "exp", "expm1":
			v = math.Mod(v, 700) * float64(1-2*(i&1))
		case "erf", "tanh", "logistic":
			v = math.Mod(v, 40) * float64(1-2*(i&1))
			if name == "erf" {
				v /= 5
			}
		default:
			v *= float64(1 - 2*(i&1))
		}
		x[i] = v
	}
	return x
}

// ulps64 is the distance of got from want in units of the last place of a float64 of want's size.
func ulps64(got float64, want *big.Float) float64 {
	d := new(big.Float).SetPrec(200).SetFloat64(got)
	d.Sub(d, want)
	if d.Sign() == 0 {
		return 0
	}
	e, _ := d.SetMantExp(d, 53-want.MantExp(nil)).Float64()
	return math.Abs(e)
}

// TestFloat64Accuracy measures Float64 against the wide functions. Exact relies on errors below 32 units.
func TestFloat64Accuracy(t *testing.T) {
	for i, f := range functions64(Float64) {
		name := functions(XLACPU)[i].name
		worst, at := 0.0, 0.0
		for _, x := range arguments64(name, 2000) {
			want := wideFunctions[i](big.NewFloat(x), 160)
			if want.Sign() == 0 || want.MantExp(nil) < -1020 {
				continue
			}
			if u := ulps64(f.Value(x), want); u > worst {
				worst, at = u, x
			}
		}
		t.Logf("%s: %.3f ulp at %x", name, worst, at)
		if worst > maxUlps64[i] {
			t.Errorf("%s(%x) is off by %.2f ulp, more than %g", name, at, worst, maxUlps64[i])
		}
	}
}

// TestExactMargin checks that Exact allows for ten times the errors of Float64.
func TestExactMargin(t *testing.T) {
	for i, u := range maxUlps64 {
		if 10*u > undecidedUlps {
			t.Errorf("%s may be off by %g ulp: too much for a margin of %d", functions(XLACPU)[i].name, u, undecidedUlps)
		}
	}
}

// TestFloat64Pow measures Float64.Pow over the exponents that float32 results have.
func TestFloat64Pow(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	worst := 0.0
	for range 4000 {
		x := math.Exp(random.NormFloat64() * 3)
		y := (random.Float64()*2 - 1) * 100 / math.Log(x)
		want := widePow(big.NewFloat(x), big.NewFloat(y), 160)
		if u := ulps64(Float64.Pow(x, y), want); u > worst {
			worst = u
		}
	}
	t.Logf("pow: %.3f ulp", worst)
	if worst > 4 {
		t.Errorf("pow is off by %.2f ulp", worst)
	}
}

func TestFloat64Special(t *testing.T) {
	inf, nan, negZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	f := Float64
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"exp inf", f.Exp.Value(inf), inf}, {"exp -inf", f.Exp.Value(-inf), 0}, {"exp nan", f.Exp.Value(nan), nan}, {"exp 0", f.Exp.Value(0), 1},
		{"exp -745.1", f.Exp.Value(-745.1), 0x1p-1074}, {"exp 710", f.Exp.Value(710), inf},
		{"expm1 -inf", f.Expm1.Value(-inf), -1}, {"expm1 inf", f.Expm1.Value(inf), inf}, {"expm1 tiny", f.Expm1.Value(0x1p-1070), 0x1p-1070}, {"expm1 nan", f.Expm1.Value(nan), nan},
		{"log 0", f.Log.Value(0), -inf}, {"log -1", f.Log.Value(-1), nan}, {"log 1", f.Log.Value(1), 0}, {"log inf", f.Log.Value(inf), inf}, {"log nan", f.Log.Value(nan), nan},
		{"log least", f.Log.Value(0x1p-1074), -744.4400719213812},
		{"log1p -1", f.Log1p.Value(-1), -inf}, {"log1p -2", f.Log1p.Value(-2), nan}, {"log1p inf", f.Log1p.Value(inf), inf}, {"log1p nan", f.Log1p.Value(nan), nan},
		{"tanh inf", f.Tanh.Value(inf), 1}, {"tanh -inf", f.Tanh.Value(-inf), -1}, {"tanh tiny", f.Tanh.Value(-0x1p-1074), -0x1p-1074}, {"tanh nan", f.Tanh.Value(nan), nan},
		{"logistic inf", f.Logistic.Value(inf), 1}, {"logistic -inf", f.Logistic.Value(-inf), 0}, {"logistic nan", f.Logistic.Value(nan), nan}, {"logistic 0", f.Logistic.Value(0), 0.5},
		{"erf inf", f.Erf.Value(inf), 1}, {"erf -7", f.Erf.Value(-7), -1}, {"erf nan", f.Erf.Value(nan), nan}, {"erf tiny", f.Erf.Value(0x1p-1000), 0x1p-1000 * 1.1283791670955126},
		{"expm1 -0", f.Expm1.Value(negZero), negZero}, {"log1p -0", f.Log1p.Value(negZero), negZero}, {"tanh -0", f.Tanh.Value(negZero), negZero},
		{"erf -0", f.Erf.Value(negZero), negZero}, {"sin -0", f.Sin.Value(negZero), negZero}, {"pow -0^3", f.Pow(negZero, 3), negZero},
		{"sqrt 2", f.Sqrt.Value(2), math.Sqrt2}, {"rsqrt 4", f.Rsqrt.Value(4), 0.5}, {"rsqrt 0", f.Rsqrt.Value(0), inf}, {"rsqrt inf", f.Rsqrt.Value(inf), 0},
		{"sin inf", f.Sin.Value(inf), nan}, {"cos nan", f.Cos.Value(nan), nan}, {"cos 0", f.Cos.Value(0), 1}, {"sin 2^1000", f.Sin.Value(0x1p1000), -0.15920170308624243},
		{"pow 0^0", f.Pow(0, 0), 1}, {"pow nan^0", f.Pow(nan, 0), 1}, {"pow -2^3", f.Pow(-2, 3), -8}, {"pow -2^0.5", f.Pow(-2, 0.5), nan}, {"pow 0^-1", f.Pow(0, -1), inf},
		{"pow 2^1024", f.Pow(2, 1024), inf}, {"pow inf^-1", f.Pow(inf, -1), 0}, {"pow 2^-1074", f.Pow(2, -1074), 0x1p-1074},
	} {
		if math.Float64bits(c.got) != math.Float64bits(c.want) && (c.got == c.got || c.want == c.want) {
			t.Errorf("%s = %x, want %x", c.name, c.got, c.want)
		}
	}
}

// TestFloat64Bits pins the bits of Float64, which must not depend on GOAMD64 or GOARCH.
func TestFloat64Bits(t *testing.T) {
	digests := map[string]uint64{
		"exp":      0x49a7e898c1c395e3,
		"expm1":    0x98e00ebfa4f9c9eb,
		"log":      0x65f8471ef396585d,
		"log1p":    0x11a221a31f5cb0e6,
		"tanh":     0x7c2d94bd548a1987,
		"logistic": 0x4bfaab85bad97427,
		"erf":      0x01e1cd09ab3d5e92,
		"sqrt":     0xf9f0ac7a9853d25e,
		"rsqrt":    0x116229bf3e8a00fa,
		"sin":      0x0ff0a4acd6c6e928,
		"cos":      0x4575080e20607c2b,
		"pow":      0xadbcd910b219795e,
	}
	check := func(name string, y []float64) {
		digest := fnv.New64a()
		binary.Write(digest, binary.LittleEndian, y)
		if digest.Sum64() != digests[name] {
			t.Errorf("%q: %#016x, want %#016x", name, digest.Sum64(), digests[name])
		}
	}
	const n = 20000
	y := make([]float64, n)
	for i, f := range functions64(Float64) {
		name := functions(XLACPU)[i].name
		f.Slice(y, arguments64(name, n))
		check(name, y)
	}
	exponents := arguments64("exp", n)
	for i, x := range arguments64("log", n) {
		y[i] = Float64.Pow(x, math.Mod(exponents[i], 10))
	}
	check("pow", y)
}
