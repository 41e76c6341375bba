package main

import (
	"fmt"

	"bf16lab/ops/cpu/_gen/encode"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// code emits instructions for one instruction set. Functions that take and return values leave their operands as they are,
// unless they say otherwise.
type code struct {
	isa       string
	bytes     int             // of a vector register
	wide      bool            // AVX-512: mask registers, three-operand logic
	constants map[string]bool // vectors in memory that the file has already
	held      map[uint32]Op   // constants that are in registers during the current loop

	native  bool     // whether the current loop may use the instructions of AVX512_BF16
	stream  int      // which of several vectors that are computed together
	pending []func() // its instructions
}

// do adds an instruction to those of the current vector.
func (c *code) do(instruction func()) { c.pending = append(c.pending, instruction) }

// comment adds a comment, once for all vectors.
func (c *code) comment(text string) {
	first := c.stream == 0
	c.do(func() {
		if first {
			Comment(text)
		}
	})
}

// together emits the instructions of several vectors in turns: long chains of one vector would fill the processor's queues
// with instructions that wait.
func (c *code) together(vectors int, build func(i int)) {
	var streams [][]func()
	for c.stream = range vectors {
		c.pending = nil
		build(c.stream)
		streams = append(streams, c.pending)
	}
	for at := range streams[0] {
		for _, s := range streams {
			s[at]()
		}
	}
}

// mask tells for each value of a vector whether something holds: an opmask register, or a vector of ones and zeros.
type mask Op

func (c *code) register() VecVirtual {
	if c.wide {
		return ZMM()
	}
	return YMM()
}

// bits returns a constant in every value of a vector: a register that holds it, or memory.
func (c *code) bits(v uint32) Op {
	if r, ok := c.held[v]; ok {
		return r
	}
	return c.memory(v)
}

// memory returns 64 bytes of memory filled with a constant.
func (c *code) memory(v uint32) Mem {
	return c.data(fmt.Sprintf("%08x", v), func(int) uint32 { return v })
}

// data returns 64 bytes of memory with 16 values that a name stands for.
func (c *code) data(name string, value func(i int) uint32) Mem {
	name = "elementwise" + c.isa + name
	if c.constants == nil {
		c.constants = map[string]bool{}
	}
	if !c.constants[name] {
		c.constants[name] = true
		GLOBL(name, 8|16) // RODATA, NOPTR
		for i := range 16 {
			DATA(4*i, U32(value(i)))
		}
	}
	return NewDataAddr(NewStaticSymbol(name), 0)
}

// hold keeps constants in registers, if there are enough of those.
func (c *code) hold(constants ...uint32) {
	c.held = map[uint32]Op{}
	if !c.wide {
		return
	}
	for _, v := range constants {
		if c.held[v] != nil {
			continue
		}
		r := c.register()
		VMOVUPS(c.memory(v), r)
		c.held[v] = r
	}
}

// read returns a constant in a register that must not be overwritten.
func (c *code) read(v uint32) VecVirtual {
	if r, ok := c.held[v].(VecVirtual); ok {
		return r
	}
	return c.in(v)
}

// in returns a constant in a register of its own.
func (c *code) in(v uint32) VecVirtual {
	r := c.register()
	c.do(func() { VMOVUPS(c.bits(v), r) })
	return r
}

func (c *code) and(a Op, b, to VecVirtual) {
	if c.wide {
		c.do(func() { VPANDD(a, b, to) })
	} else {
		c.do(func() { VPAND(a, b, to) })
	}
}

func (c *code) or(a Op, b, to VecVirtual) {
	if c.wide {
		c.do(func() { VPORD(a, b, to) })
	} else {
		c.do(func() { VPOR(a, b, to) })
	}
}

func (c *code) xor(a Op, b, to VecVirtual) {
	if c.wide {
		c.do(func() { VPXORD(a, b, to) })
	} else {
		c.do(func() { VPXOR(a, b, to) })
	}
}

// The predicates of compare, which are false where a side is NaN, except for unordered and notLess.
const (
	equal     = 0x00
	less      = 0x11
	unordered = 0x03
	notLess   = 0x15
)

// compare returns where the predicate holds of a and b.
func (c *code) compare(predicate uint8, a VecVirtual, b Op) mask {
	if c.wide {
		k := K()
		c.do(func() { VCMPPS(Imm(uint64(predicate)), b, a, k) })
		return k
	}
	m := YMM()
	c.do(func() { VCMPPS(Imm(uint64(predicate)), b, a, m) })
	return m
}

// replace sets the values of to where the mask holds.
func (c *code) replace(m mask, by Op, to VecVirtual) {
	if c.wide {
		c.do(func() { VMOVAPS(by, m, to) })
		return
	}
	c.do(func() { VBLENDVPS(m, by, to, to) })
}

// keep sets the values of v to +0 where the mask does not hold.
func (c *code) keep(m mask, v VecVirtual) {
	if c.wide {
		c.do(func() { VMOVAPS_Z(v, m, v) })
		return
	}
	c.do(func() { VANDPS(m, v, v) })
}

// Bit patterns of float32.
const (
	signBit   = 0x80000000
	magnitude = 0x7fffffff
	exponent  = 0x7f800000
	quietNaN  = 0x7fc00000
	minNormal = 0x00800000
	one       = 0x3f800000
)

// flush turns the subnormal values of v into zeros of the same sign, in place.
func (c *code) flush(v VecVirtual) {
	if c.wide {
		k := K()
		c.do(func() { VPTESTNMD(c.bits(exponent), v, k) })
		c.do(func() { VPANDD(c.bits(signBit), v, k, v) })
		return
	}
	t, zero := YMM(), YMM()
	c.do(func() { VPAND(c.bits(exponent), v, t) })
	c.do(func() { VPXOR(zero, zero, zero) })
	c.do(func() { VPCMPEQD(zero, t, t) })
	c.do(func() { VPAND(c.bits(magnitude), t, t) })
	c.do(func() { VPANDN(v, t, v) })
}

var flushConstants = []uint32{exponent, signBit}

// The mode of a kernel, as in elementwise_kernels.go.
const (
	modeFlush     = 1
	modeNarrow    = 2
	modeLeftHalf  = 4
	modeRightHalf = 8
	modeNative    = 16
	modeFlushLeft = 32
	modePast      = 64
)

// load reads a vector of float32 values, or of bfloat16 codes, which are widened.
func (c *code) load(half bool, from Mem, to VecVirtual) {
	if !half {
		c.do(func() { VMOVUPS(from, to) })
		return
	}
	c.do(func() { VPMOVZXWD(from, to) })
	c.do(func() { VPSLLD(Imm(16), to, to) })
}

// size returns the bytes of a vector of values, or of codes.
func (c *code) size(half bool) int {
	if half {
		return c.bytes / 2
	}
	return c.bytes
}

// store finishes the results of a kernel as its mode says and writes them.
func (c *code) store(mode int, v VecVirtual, dst Mem) {
	if mode&modeFlush != 0 && mode&modeNative == 0 {
		c.flush(v)
	}
	switch {
	case mode&modeNative != 0:
		c.quiet(v)
		codes := YMM()
		c.do(func() { encode.Narrow(v, codes) })
		c.do(func() { VMOVUPS(codes, dst) })
	case mode&modeNarrow == 0:
		c.write(mode, v, dst)
	case c.wide:
		v := c.roundedBits(v)
		c.do(func() { VPSRLD(Imm(16), v, v) })
		c.do(func() { VPMOVDW(v, dst) })
	default:
		v := c.roundedBits(v)
		c.do(func() { VPSRLD(Imm(16), v, v) })
		high := XMM()
		c.do(func() { VEXTRACTI128(Imm(1), v, high) })
		c.do(func() { VPACKUSDW(high, v.AsX(), high) })
		c.do(func() { VMOVUPS(high, dst) })
	}
}

// holdFor keeps the constants of an operation and of a mode in registers.
func (c *code) holdFor(mode int, constants []uint32) {
	all := append([]uint32{}, constants...)
	if mode&modeNative != 0 {
		c.hold(append(all, quietBit, quietBits)...)
		return
	}
	if mode&modeFlush != 0 {
		all = append(all, flushConstants...)
	}
	if mode&modeNarrow != 0 {
		all = append(all, roundConstants...)
	}
	c.hold(all...)
}
