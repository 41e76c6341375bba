package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sumFour generates the kernel that adds four rows to a group of rows: of float32 values or of bfloat16 codes.
func (c *code) sumFour(half bool) {
	name, element := c.sumName("SumFour", half)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(mode, n int, group *float32, r0, r1, r2, r3 *%s)", element))
	Doc(fmt.Sprintf("%s is a sumKernel.", name))
	mode := Load(Param("mode"), GP64())
	n, group := Load(Param("n"), GP64()), Load(Param("group"), GP64())
	var rows []Register
	for i := range 4 {
		rows = append(rows, Load(Param(fmt.Sprintf("r%d", i)), GP64()))
	}
	c.loops([]int{0, modeFlush}, 1, mode, n, func(m int) { c.holdFor(m, nil) }, func(m, _ int) {
		c.together(1, func(int) {
			var at []Mem
			for _, row := range rows {
				at = append(at, Mem{Base: row})
			}
			sum := c.fourRows(m, half, at)
			c.do(func() { VADDPS(Mem{Base: group}, sum, sum) })
			c.do(func() { VMOVUPS(sum, Mem{Base: group}) })
		})
		for _, row := range rows {
			ADDQ(Imm(uint64(c.size(half))), row)
		}
		ADDQ(Imm(uint64(c.bytes)), group)
	})
}

// sumGroups generates the kernel that adds groups of 16 evenly spaced rows to a block of rows, see sumGroupsKernel.
func (c *code) sumGroups(half bool) {
	name, element := c.sumName("SumGroups", half)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(mode, groups, n int, block *float32, first *%s, step int)", element))
	Doc(fmt.Sprintf("%s is a sumGroupsKernel.", name))
	mode, n := Load(Param("mode"), GP64()), Load(Param("n"), GP64())
	block, first, step := Load(Param("block"), GP64()), Load(Param("first"), GP64()), Load(Param("step"), GP64())
	thrice, row, groups := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, thrice)
	modes := []int{0, modeFlush}
	c.loops(modes, 1, mode, n, func(m int) { c.holdFor(m, nil) }, func(m, _ int) {
		total, group := c.register(), c.register()
		MOVQ(first, row)
		Load(Param("groups"), groups)
		VMOVUPS(Mem{Base: block}, total)
		Label(fmt.Sprintf("group%d", m))
		if c.wide {
			VPXORD(group, group, group)
		} else {
			VXORPS(group, group, group)
		}
		for range 4 {
			c.together(1, func(int) {
				sum := c.fourRows(m, half, []Mem{{Base: row}, {Base: row, Index: step, Scale: 1}, {Base: row, Index: step, Scale: 2}, {Base: row, Index: thrice, Scale: 1}})
				c.do(func() { VADDPS(sum, group, group) })
			})
			LEAQ(Mem{Base: row, Index: step, Scale: 4}, row)
		}
		VADDPS(group, total, total)
		DECQ(groups)
		JNE(LabelRef(fmt.Sprintf("group%d", m)))
		VMOVUPS(total, Mem{Base: block})
		ADDQ(Imm(uint64(c.size(half))), first)
		ADDQ(Imm(uint64(c.bytes)), block)
	})
}

// sumName returns the name of a kernel and the type of what it sums.
func (c *code) sumName(kernel string, half bool) (name, element string) {
	name = "elementwise" + c.isa + kernel
	if half {
		return name + "BFloat16", "uint16"
	}
	return name, "float32"
}

// fourRows returns ((r0 + r1) + r2) + r3 for a vector of four rows.
func (c *code) fourRows(mode int, half bool, rows []Mem) VecVirtual {
	var values []VecVirtual
	for _, row := range rows {
		v := c.register()
		c.load(half, row, v)
		if mode&modeFlush != 0 {
			c.flush(v)
		}
		values = append(values, v)
	}
	sum := values[0]
	for _, v := range values[1:] {
		c.do(func() { VADDPS(v, sum, sum) })
	}
	return sum
}
