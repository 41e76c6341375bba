package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// truthLanes is the number of truth values that a kernel makes or reads at a time, a byte each.
const truthLanes = 16

// comparisons are the primitives that compare, with the predicates that are false where a side is NaN, except for ne.
var comparisons = []struct {
	name      string
	predicate uint8
}{{"Eq", 0x00}, {"Ne", 0x04}, {"Lt", 0x11}, {"Gt", 0x1e}, {"Ge", 0x1d}}

// comparison generates the kernel of a comparison of two runs, either of which may be one value that is the same for all.
func (c *code) comparison(primitive string, predicate uint8) {
	name := "elementwise" + c.isa + primitive
	TEXT(name, NOSPLIT, "func(n int, dst *bool, x, y *float32, xStep, yStep int)")
	Doc(fmt.Sprintf("%s is a comparisonKernel.", name))
	n := Load(Param("n"), GP64())
	dst, x, y := Load(Param("dst"), GP64()), Load(Param("x"), GP64()), Load(Param("y"), GP64())
	xStep, yStep := Load(Param("xStep"), GP64()), Load(Param("yStep"), GP64())
	c.spread([]Register{x, y}, []Register{xStep, yStep})
	truth := XMM()
	VMOVUPS(c.memory(0x01010101), truth)
	Label("loop")
	bytes := XMM()
	if c.wide {
		v, k := ZMM(), K()
		VMOVUPS(Mem{Base: x}, v)
		VCMPPS(Imm(uint64(predicate)), Mem{Base: y}, v, k)
		ADDQ(xStep, x)
		ADDQ(yStep, y)
		VPMOVM2B(k, bytes)
	} else {
		masks := []VecVirtual{YMM(), YMM()}
		for _, m := range masks {
			VMOVUPS(Mem{Base: x}, m)
			VCMPPS(Imm(uint64(predicate)), Mem{Base: y}, m, m)
			ADDQ(xStep, x)
			ADDQ(yStep, y)
		}
		VPACKSSDW(masks[1], masks[0], masks[0])
		VPERMQ(Imm(0xd8), masks[0], masks[0])
		VEXTRACTI128(Imm(1), masks[0], bytes)
		VPACKSSWB(bytes, masks[0].AsX(), bytes)
	}
	VPAND(truth, bytes, bytes)
	VMOVUPS(bytes, Mem{Base: dst})
	ADDQ(Imm(truthLanes), dst)
	SUBQ(Imm(truthLanes), n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// choice generates the kernel that picks from two runs by truth values.
func (c *code) choice() {
	name := "elementwise" + c.isa + "Select"
	TEXT(name, NOSPLIT, "func(n int, dst *float32, which *bool, onFalse, onTrue *float32, falseStep, trueStep int)")
	Doc(fmt.Sprintf("%s is a selectKernel.", name))
	n := Load(Param("n"), GP64())
	dst, which := Load(Param("dst"), GP64()), Load(Param("which"), GP64())
	onFalse, onTrue := Load(Param("onFalse"), GP64()), Load(Param("onTrue"), GP64())
	falseStep, trueStep := Load(Param("falseStep"), GP64()), Load(Param("trueStep"), GP64())
	c.spread([]Register{onFalse, onTrue}, []Register{falseStep, trueStep})
	lanes := c.bytes / 4
	Label("loop")
	mask, v := c.register(), c.register()
	VPMOVZXBD(Mem{Base: which}, mask)
	VMOVUPS(Mem{Base: onFalse}, v)
	if c.wide {
		k := K()
		VPTESTMD(mask, mask, k)
		VMOVUPS(Mem{Base: onTrue}, k, v)
	} else {
		VPSLLD(Imm(31), mask, mask)
		VBLENDVPS(mask, Mem{Base: onTrue}, v, v)
	}
	VMOVUPS(v, Mem{Base: dst})
	ADDQ(Imm(uint64(lanes)), which)
	ADDQ(falseStep, onFalse)
	ADDQ(trueStep, onTrue)
	ADDQ(Imm(uint64(c.bytes)), dst)
	SUBQ(Imm(uint64(lanes)), n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
