// Package lanes holds what the generators share.
package lanes

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Transpose emits the transpose of a square block held in registers of so many bytes, a row each, and returns its columns.
// Within the 128-bit lanes of a register small blocks are transposed first, then the lanes are exchanged.
func Transpose(rows []VecVirtual, bytes, valueSize int, register func() VecVirtual) []VecVirtual {
	lanes, perLane := bytes/16, 16/valueSize
	small := make([][]VecVirtual, lanes) // small[g][c], lane l: the rows of group g in column perLane*l + c
	for g := range small {
		small[g] = transposeInLanes(rows[perLane*g:][:perLane], register)
	}
	columns := make([]VecVirtual, len(rows))
	for c := range perLane {
		for l := range lanes {
			columns[perLane*l+c] = register()
		}
		if lanes == 2 {
			VPERM2F128(Imm(0x20), small[1][c], small[0][c], columns[c])
			VPERM2F128(Imm(0x31), small[1][c], small[0][c], columns[perLane+c])
			continue
		}
		low, low2, high, high2 := register(), register(), register(), register()
		VSHUFF32X4(Imm(0x44), small[1][c], small[0][c], low)
		VSHUFF32X4(Imm(0x44), small[3][c], small[2][c], low2)
		VSHUFF32X4(Imm(0xee), small[1][c], small[0][c], high)
		VSHUFF32X4(Imm(0xee), small[3][c], small[2][c], high2)
		VSHUFF32X4(Imm(0x88), low2, low, columns[c])
		VSHUFF32X4(Imm(0xdd), low2, low, columns[perLane+c])
		VSHUFF32X4(Imm(0x88), high2, high, columns[2*perLane+c])
		VSHUFF32X4(Imm(0xdd), high2, high, columns[3*perLane+c])
	}
	return columns
}

// transposeInLanes emits the transposes of the 4 x 4 (or, for float64, 2 x 2) blocks in each 128-bit lane of the rows.
func transposeInLanes(rows []VecVirtual, register func() VecVirtual) []VecVirtual {
	columns := make([]VecVirtual, len(rows))
	for c := range columns {
		columns[c] = register()
	}
	if len(rows) == 2 {
		VUNPCKLPD(rows[1], rows[0], columns[0])
		VUNPCKHPD(rows[1], rows[0], columns[1])
		return columns
	}
	low, high, low2, high2 := register(), register(), register(), register()
	VUNPCKLPS(rows[1], rows[0], low)
	VUNPCKHPS(rows[1], rows[0], high)
	VUNPCKLPS(rows[3], rows[2], low2)
	VUNPCKHPS(rows[3], rows[2], high2)
	VUNPCKLPD(low2, low, columns[0])
	VUNPCKHPD(low2, low, columns[1])
	VUNPCKLPD(high2, high, columns[2])
	VUNPCKHPD(high2, high, columns[3])
	return columns
}
