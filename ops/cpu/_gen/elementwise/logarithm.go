package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The constants of ops/elementary/log.go and log1p.go.
var (
	logHalfRoot   = number(0.707106781186547524)
	logLn2Lo      = number(-2.12194440e-4)
	logLn2Hi      = number(0.693359375)
	logPolynomial = [3][]uint32{
		{number(7.0376836292e-2), number(-1.1514610310e-1), number(1.1676998740e-1)},
		{number(-1.2420140846e-1), number(1.4249322787e-1), number(-1.6668057665e-1)},
		{number(2.0000714765e-1), number(-2.4999993993e-1), number(3.3333331174e-1)},
	}
	log1pSmall     = number(0.41421356237309504880)
	log1pNumerator = []uint32{
		number(4.5270000862445199635215e-5), number(4.9854102823193375972212e-1), number(6.5787325942061044846969e0),
		number(2.9911919328553073277375e1), number(6.0949667980987787057556e1), number(5.7112963590585538103336e1),
		number(2.0039553499201281259648e1),
	}
	log1pDenominator = []uint32{
		one, number(1.5062909083469192043167e1), number(8.3047565967967209469434e1), number(2.2176239823732856465394e2),
		number(3.0909872225312059774938e2), number(2.1642788614495947685003e2), number(6.0118660497603843919306e1),
	}
	log1pConstants = []uint32{magnitude, signBit, exponent, one, log1pSmall, minNormal, expHalf, logHalfRoot, logLn2Hi, logLn2Lo}
)

const infinity = exponent

// log emits elementary.xlaLog; it overwrites x.
func (c *code) log(x VecVirtual) VecVirtual {
	c.comment("x = 2^e m with m in [1/2, 1)")
	e, m := c.register(), c.register()
	c.do(func() { VPSRLD(Imm(23), x, e) })
	c.do(func() { VCVTDQ2PS(e, e) })
	c.do(func() { VSUBPS(c.bits(number(126)), e, e) })
	c.and(c.bits(0x007fffff), x, m)
	c.or(c.bits(number(0.5)), m, m)
	c.comment("f = m - 1, or 2m - 1 below the root of 1/2, where e is one less")
	low := c.compare(less, m, c.bits(logHalfRoot))
	f := c.register()
	c.do(func() { VSUBPS(c.bits(one), m, f) })
	c.keep(low, m)
	c.do(func() { VADDPS(m, f, f) })
	step := c.in(one)
	c.keep(low, step)
	c.do(func() { VSUBPS(step, e, e) })
	f2, f3 := c.register(), c.register()
	c.do(func() { VMULPS(f, f, f2) })
	c.do(func() { VMULPS(f, f2, f3) })
	y := c.horner(f, logPolynomial[0])
	for _, p := range logPolynomial[1:] {
		next := c.horner(f, p)
		c.do(func() { VFMADD213PS(next, f3, y) })
	}
	t := c.register()
	c.do(func() { VMULPS(c.bits(logLn2Lo), e, t) })
	c.do(func() { VFMADD231PS(y, f3, t) })
	c.do(func() { VFNMADD231PS(c.bits(expHalf), f2, f) })
	c.do(func() { VADDPS(t, f, f) })
	c.do(func() { VFMADD231PS(c.bits(logLn2Hi), e, f) })
	c.comment("Zero and subnormals, then infinity, then negative arguments and NaN.")
	size := c.register()
	c.and(c.bits(magnitude), x, size)
	c.replace(c.compare(less, size, c.bits(minNormal)), c.read(signBit|infinity), f)
	c.replace(c.compare(equal, x, c.bits(infinity)), x, f)
	c.replace(c.compare(notLess, c.read(signBit|minNormal), x), c.read(quietNaN), f)
	return f
}

// log1p emits elementary.xlaLog1p.
func (c *code) log1p(x VecVirtual) VecVirtual {
	sum := c.register()
	c.do(func() { VADDPS(c.bits(one), x, sum) })
	far := c.log(sum)
	n, d := c.horner(x, log1pNumerator), c.horner(x, log1pDenominator)
	c.do(func() { VDIVPS(d, n, n) })
	x2, x3 := c.register(), c.register()
	c.do(func() { VMULPS(x, x, x2) })
	c.do(func() { VMULPS(x, x2, x3) })
	c.do(func() { VMULPS(x3, n, n) })
	c.do(func() { VFNMADD231PS(c.bits(expHalf), x2, n) })
	c.do(func() { VADDPS(n, x, n) })
	c.flush(n)
	size := c.register()
	c.and(c.bits(magnitude), x, size)
	small := c.compare(less, size, c.bits(log1pSmall))
	tiny := c.compare(less, size, c.bits(minNormal))
	c.replace(small, n, far)
	c.comment("Subnormal arguments give zero of their sign.")
	c.flush(x)
	c.replace(tiny, x, far)
	return far
}
