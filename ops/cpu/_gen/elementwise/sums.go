package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sumFour generates the kernel that adds four rows to a group of rows: of float32 values or of bfloat16 codes.
func (c *code) sumFour(half bool) {
	name, element := "elementwise"+c.isa+"SumFour", "float32"
	if half {
		name, element = name+"BFloat16", "uint16"
	}
	TEXT(name, NOSPLIT, fmt.Sprintf("func(mode, n int, group *float32, r0, r1, r2, r3 *%s)", element))
	Doc(fmt.Sprintf("%s is a sumKernel.", name))
	mode := Load(Param("mode"), GP64())
	n, group := Load(Param("n"), GP64()), Load(Param("group"), GP64())
	var rows []Register
	for i := range 4 {
		rows = append(rows, Load(Param(fmt.Sprintf("r%d", i)), GP64()))
	}
	load := func(m int, from Register) VecVirtual {
		v := c.register()
		c.load(half, from, v)
		if m&modeFlush != 0 {
			c.flush(v)
		}
		return v
	}
	c.loops([]int{0, modeFlush}, mode, n, func(m int) { c.holdFor(m, nil) }, func(m int) {
		sum := load(m, rows[0])
		for _, row := range rows[1:] {
			VADDPS(load(m, row), sum, sum)
		}
		VADDPS(Mem{Base: group}, sum, sum)
		VMOVUPS(sum, Mem{Base: group})
		for _, row := range rows {
			c.advance(half, row)
		}
		c.advance(false, group)
	})
}
