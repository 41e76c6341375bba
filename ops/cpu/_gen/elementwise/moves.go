package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The modes of kernels that move elements: of two bytes instead of four, and the second of each pair.
const (
	modeTwoBytes = 1
	modeSecond   = 2
)

// pairLanes is the number of elements of four bytes of a 256-bit register. Both instruction sets move pairs in those.
const pairLanes = 8

// everySecond generates the kernel that takes one element of every pair.
func (c *code) everySecond() {
	name := "elementwise" + c.isa + "EverySecond"
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x *byte)")
	Doc(fmt.Sprintf("%s is a secondKernel.", name))
	mode := Load(Param("mode"), GP64())
	n := Load(Param("n"), GP64())
	dst, x := Load(Param("dst"), GP64()), Load(Param("x"), GP64())
	c.pairLoops([]int{0, modeTwoBytes, modeSecond, modeTwoBytes | modeSecond}, mode, n, func(m int) {
		low, high := YMM(), YMM()
		switch m {
		case 0, modeSecond:
			// The first elements of each pair are numbers 0 and 2 of four, the second ones 1 and 3.
			pick := uint64(0x88)
			if m == modeSecond {
				pick = 0xdd
			}
			VMOVUPS(Mem{Base: x}, low)
			VSHUFPS(Imm(pick), Mem{Base: x, Disp: 32}, low, low)
		default:
			VMOVUPS(Mem{Base: x}, low)
			VMOVUPS(Mem{Base: x, Disp: 32}, high)
			for _, v := range []VecVirtual{low, high} {
				if m&modeSecond == 0 {
					VPSLLD(Imm(16), v, v)
				}
				VPSRLD(Imm(16), v, v)
			}
			VPACKUSDW(high, low, low)
		}
		// Both halves of the register hold results of the first operand, then of the second.
		VPERMQ(Imm(0xd8), low, low)
		VMOVUPS(low, Mem{Base: dst})
		ADDQ(Imm(64), x)
		ADDQ(Imm(32), dst)
	})
}

// interleave generates the kernel that makes pairs of the elements of two runs.
func (c *code) interleave() {
	name := "elementwise" + c.isa + "Interleave"
	TEXT(name, NOSPLIT, "func(mode, n int, dst, x, y *byte)")
	Doc(fmt.Sprintf("%s is an interleaveKernel.", name))
	mode := Load(Param("mode"), GP64())
	n := Load(Param("n"), GP64())
	dst, x, y := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	c.pairLoops([]int{0, modeTwoBytes}, mode, n, func(m int) {
		first, second, low, high, to := YMM(), YMM(), YMM(), YMM(), YMM()
		VMOVUPS(Mem{Base: x}, first)
		VMOVUPS(Mem{Base: y}, second)
		if m == modeTwoBytes {
			VPUNPCKLWD(second, first, low)
			VPUNPCKHWD(second, first, high)
		} else {
			VUNPCKLPS(second, first, low)
			VUNPCKHPS(second, first, high)
		}
		VPERM2F128(Imm(0x20), high, low, to)
		VMOVUPS(to, Mem{Base: dst})
		VPERM2F128(Imm(0x31), high, low, to)
		VMOVUPS(to, Mem{Base: dst, Disp: 32})
		ADDQ(Imm(32), x)
		ADDQ(Imm(32), y)
		ADDQ(Imm(64), dst)
	})
}

// pairLoops generates for each mode a loop over n pairs, as many at a time as a register has elements, and the choice between
// the modes.
func (c *code) pairLoops(modes []int, mode, n Register, body func(mode int)) {
	for _, m := range modes[1:] {
		CMPQ(mode, Imm(uint64(m)))
		JEQ(LabelRef(fmt.Sprintf("mode%d", m)))
	}
	for _, m := range modes {
		Label(fmt.Sprintf("mode%d", m))
		lanes := pairLanes
		if m&modeTwoBytes != 0 {
			lanes *= 2
		}
		Label(fmt.Sprintf("loop%d", m))
		body(m)
		SUBQ(Imm(uint64(lanes)), n)
		JNE(LabelRef(fmt.Sprintf("loop%d", m)))
		VZEROUPPER()
		RET()
	}
}
