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
	c.loops([]int{0, modeFlush}, 1, mode, n, func(m int) { c.holdFor(m, nil) }, func(m, _ int) {
		c.together(1, func(int) {
			var values []VecVirtual
			for _, row := range rows {
				v := c.register()
				c.load(half, Mem{Base: row}, v)
				if m&modeFlush != 0 {
					c.flush(v)
				}
				values = append(values, v)
			}
			sum := values[0]
			for _, v := range values[1:] {
				c.do(func() { VADDPS(v, sum, sum) })
			}
			c.do(func() { VADDPS(Mem{Base: group}, sum, sum) })
			c.do(func() { VMOVUPS(sum, Mem{Base: group}) })
		})
		for _, row := range rows {
			ADDQ(Imm(uint64(c.size(half))), row)
		}
		ADDQ(Imm(uint64(c.bytes)), group)
	})
}
