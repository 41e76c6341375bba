package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// binaryOp is an operation on two values; emit may overwrite x and returns the result.
type binaryOp struct {
	name      string
	flushes   bool // whether XLA flushes its subnormal results
	constants []uint32
	emit      func(c *code, x VecVirtual, y Op) VecVirtual
}

var binaries = []binaryOp{
	{"Add", true, nil, func(c *code, x VecVirtual, y Op) VecVirtual { c.do(func() { VADDPS(y, x, x) }); return x }},
	{"Sub", true, nil, func(c *code, x VecVirtual, y Op) VecVirtual { c.do(func() { VSUBPS(y, x, x) }); return x }},
	{"Mul", true, nil, func(c *code, x VecVirtual, y Op) VecVirtual { c.do(func() { VMULPS(y, x, x) }); return x }},
	{"Div", true, nil, func(c *code, x VecVirtual, y Op) VecVirtual { c.do(func() { VDIVPS(y, x, x) }); return x }},
	{"Max", false, nil, func(c *code, x VecVirtual, y Op) VecVirtual {
		return c.extreme(x, y, func(y, x, to VecVirtual) { c.do(func() { VMAXPS(y, x, to) }) }, func(y, x, to VecVirtual) { c.and(y, x, to) })
	}},
	{"Min", false, nil, func(c *code, x VecVirtual, y Op) VecVirtual {
		return c.extreme(x, y, func(y, x, to VecVirtual) { c.do(func() { VMINPS(y, x, to) }) }, func(y, x, to VecVirtual) { c.or(y, x, to) })
	}},
}

// extreme emits the larger or smaller of two values. The instruction gives the second operand where a side is NaN and of
// zeros of different sign; equal values are joined bit by bit, which decides between zeros, and a NaN in x is kept.
func (c *code) extreme(x VecVirtual, from Op, choose, join func(y, x, to VecVirtual)) VecVirtual {
	y, joined, out := c.register(), c.register(), c.register()
	c.do(func() { VMOVUPS(from, y) })
	choose(y, x, out)
	join(y, x, joined)
	c.replace(c.compare(equal, x, y), joined, out)
	c.replace(c.compare(unordered, x, x), x, out)
	return out
}

// unaryOp is a function of one value; emit may overwrite x and returns the result.
type unaryOp struct {
	name      string
	flushes   bool
	long      bool // a chain of many instructions
	normal    bool // the results are never subnormal
	constants []uint32
	emit      func(c *code, x VecVirtual) VecVirtual
}

var unaries = []unaryOp{
	{"Copy", true, false, false, nil, func(_ *code, x VecVirtual) VecVirtual { return x }},
	{"Round", false, false, false, roundConstants, func(c *code, x VecVirtual) VecVirtual { c.round(x); return x }},
	{"Square", true, false, false, nil, func(c *code, x VecVirtual) VecVirtual { c.do(func() { VMULPS(x, x, x) }); return x }},
	{"Neg", false, false, false, []uint32{signBit}, func(c *code, x VecVirtual) VecVirtual { c.xor(c.bits(signBit), x, x); return x }},
	{"Abs", false, false, false, []uint32{magnitude}, func(c *code, x VecVirtual) VecVirtual { c.and(c.bits(magnitude), x, x); return x }},
	{"Sqrt", false, false, false, flushConstants, func(c *code, x VecVirtual) VecVirtual { c.flush(x); c.do(func() { VSQRTPS(x, x) }); return x }},
	{"Exp", false, true, true, expConstants, func(c *code, x VecVirtual) VecVirtual {
		y := c.exp(x)
		c.keep(c.compare(notLess, y, c.bits(minNormal)), y)
		return y
	}},
	{"Tanh", false, true, false, tanhConstants, (*code).tanh},
	{"Logistic", false, true, true, logisticConstants, func(c *code, x VecVirtual) VecVirtual { return c.logistic(x, func(VecVirtual) {}) }},
	{"LogisticBFloat16", false, true, true, append(logisticConstants, roundConstants...), func(c *code, x VecVirtual) VecVirtual {
		return c.logistic(x, c.round)
	}},
	{"Log1p", false, true, false, log1pConstants, (*code).log1p},
}

func number(x float32) uint32 { return math.Float32bits(x) }

// The constants of ops/elementary/exp.go.
var (
	expLow, expHigh = number(-87.8), number(88.8)
	expLog2E        = number(1.44269504088896341)
	expHalf         = number(0.5)
	expLn2Hi        = number(0.693359375)
	expLn2Lo        = number(-2.12194440e-4)
	expPolynomial   = []uint32{
		number(1.9875691500e-4), number(1.3981999507e-3), number(8.3334519073e-3), number(4.1665795894e-2), number(1.6666665459e-1),
		number(5.0000001201e-1),
	}
	expConstants = append([]uint32{expLow, expHigh, expLog2E, expHalf, expLn2Hi, expLn2Lo, number(127), one, minNormal}, expPolynomial...)
)

// exp emits elementary.xlaExp, except that a result below 2^-126 is not flushed and may be anything below it.
func (c *code) exp(x VecVirtual) VecVirtual {
	c.comment("Clamp; a NaN in the second operand stays.")
	v, n := c.register(), c.in(expHalf)
	low, high, limit := c.read(expLow), c.read(expHigh), c.read(number(127))
	c.do(func() { VMAXPS(x, low, v) })
	c.do(func() { VMINPS(v, high, v) })
	c.do(func() { VFMADD231PS(c.bits(expLog2E), v, n) })
	if c.wide {
		c.do(func() { VRNDSCALEPS(Imm(9), n, n) })
	} else {
		c.do(func() { VROUNDPS(Imm(9), n, n) })
	}
	c.do(func() { VMINPS(n, limit, n) })
	c.do(func() { VFNMADD231PS(c.bits(expLn2Hi), n, v) })
	c.do(func() { VFNMADD231PS(c.bits(expLn2Lo), n, v) })
	p := c.horner(v, expPolynomial)
	square := c.register()
	c.do(func() { VMULPS(v, v, square) })
	c.do(func() { VFMADD213PS(v, square, p) })
	c.do(func() { VADDPS(c.bits(one), p, p) })
	if c.wide {
		c.do(func() { VSCALEFPS(n, p, p) })
		return p
	}
	power := YMM()
	c.do(func() { VCVTPS2DQ(n, power) })
	c.do(func() { VPADDD(c.bits(127), power, power) })
	c.do(func() { VPSLLD(Imm(23), power, power) })
	c.do(func() { VMULPS(power, p, p) })
	return p
}

// horner emits the polynomial with the given coefficients, the highest first, every step fused.
func (c *code) horner(x VecVirtual, coefficients []uint32) VecVirtual {
	p := c.in(coefficients[0])
	for _, v := range coefficients[1:] {
		c.do(func() { VFMADD213PS(c.bits(v), x, p) })
	}
	return p
}

var logisticConstants = append([]uint32{signBit}, expConstants...)

// logistic emits elementary.xlaLogistic with a rounding of the exponential and of the sum.
func (c *code) logistic(x VecVirtual, round func(VecVirtual)) VecVirtual {
	c.xor(c.bits(signBit), x, x)
	e := c.exp(x)
	round(e)
	c.do(func() { VADDPS(c.bits(one), e, e) })
	round(e)
	y := c.in(one)
	c.do(func() { VDIVPS(e, y, y) })
	if !c.native { // rounding does it
		c.keep(c.compare(notLess, y, c.bits(minNormal)), y)
	}
	return y
}

// The constants of ops/elementary/tanh.go.
var (
	tanhClamp     = number(7.99881172180175781)
	tanhMinus     = number(-7.99881172180175781)
	tanhTiny      = number(0.0004)
	tanhNumerator = []uint32{
		number(-2.76076847742355e-16), number(2.00018790482477e-13), number(-8.60467152213735e-11), number(5.12229709037114e-08),
		number(1.48572235717979e-05), number(6.37261928875436e-04), number(4.89352455891786e-03),
	}
	tanhDenominator = []uint32{
		number(1.19825839466702e-06), number(1.18534705686654e-04), number(2.26843463243900e-03), number(4.89352518554385e-03),
	}
	tanhConstants = append(append([]uint32{tanhClamp, tanhMinus, tanhTiny, magnitude}, tanhNumerator...), tanhDenominator...)
)

// tanh emits elementary.xlaTanh. Where the argument is clamped the quotient is 1, so that large arguments need no care.
func (c *code) tanh(x VecVirtual) VecVirtual {
	z, q := c.register(), c.register()
	low, high := c.read(tanhMinus), c.read(tanhClamp)
	c.do(func() { VMAXPS(x, low, z) })
	c.do(func() { VMINPS(z, high, z) })
	c.do(func() { VMULPS(z, z, q) })
	n, d := c.horner(q, tanhNumerator), c.horner(q, tanhDenominator)
	c.do(func() { VMULPS(n, z, n) })
	c.do(func() { VDIVPS(d, n, n) })
	size := c.register()
	c.and(c.bits(magnitude), x, size)
	c.replace(c.compare(less, size, c.bits(tanhTiny)), x, n)
	return n
}
