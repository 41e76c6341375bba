// Package encode writes the instructions of AVX512_BF16 as bytes: neither Go's assembler nor avo knows them.
//
// A generator emits them with Dot and Narrow like any other instruction, so that registers are allocated as usual, and calls
// File on its output. The encoding is EVEX with 512-bit vectors, prefix F3 or F2, map 0F38 and W0 (Intel SDM, volume 2, 2.7).
package encode

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
)

// Dot emits VDPBF16PS with a pair that is broadcast from memory: for each float32 of acc,
//
//	acc = FMA(low of pair, low of v, FMA(high of pair, high of v, acc))
//
// with subnormal operands and results taken as zero.
func Dot(pair operand.Mem, v, acc operand.Op) {
	emit("VDPBF16PS", []string{"BCST"}, pair, v, acc, acc)
}

// Narrow emits VCVTNEPS2BF16: float32 values rounded to bfloat16, to nearest even, with subnormal ones taken as zero. A NaN
// keeps its upper bits.
func Narrow(from, to operand.Op) {
	emit("VCVTNEPS2BF16", nil, from, to)
}

// NarrowTwo emits VCVTNE2PS2BF16: the same for two vectors, whose codes fill the lower and the upper half of another.
func NarrowTwo(low, high, to operand.Op) {
	emit("VCVTNE2PS2BF16", nil, low, high, to)
}

// emit emits an instruction whose last operand is written; it is read as well where it is given twice.
func emit(opcode string, suffixes []string, operands ...operand.Op) {
	last := len(operands) - 1
	shown := operands
	if last > 0 && operands[last] == operands[last-1] {
		shown = operands[:last]
	}
	build.Instruction(&ir.Instruction{
		Opcode: opcode, Suffixes: suffixes, Operands: append([]operand.Op{}, shown...),
		Inputs: append([]operand.Op{}, operands[:last]...), Outputs: []operand.Op{operands[last]}, ISA: []string{"AVX512_BF16"},
	})
}

var (
	dot    = regexp.MustCompile(`^\tVDPBF16PS\.BCST +(-?\d*)\((\w+)\), Z(\d+), Z(\d+)$`)
	narrow = regexp.MustCompile(`^\tVCVTNEPS2BF16 +Z(\d+), Y(\d+)$`)
	two    = regexp.MustCompile(`^\tVCVTNE2PS2BF16 +Z(\d+), Z(\d+), Z(\d+)$`)
)

// File replaces the instructions in an assembly file.
func File(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		var bytes []byte
		if m := dot.FindStringSubmatch(line); m != nil {
			bytes, err = broadcast(0x52, number(m[1]), m[2], number(m[3]), number(m[4]))
		} else if m := narrow.FindStringSubmatch(line); m != nil {
			bytes = registers(0x72, number(m[1]), 0, number(m[2]))
		} else if m := two.FindStringSubmatch(line); m != nil {
			bytes = registers(0x72, number(m[1]), number(m[2]), number(m[3]))
			bytes[2] |= 0x03 // prefix F2
		} else if strings.Contains(line, "BF16PS") || strings.Contains(line, "PS2BF16 ") {
			err = fmt.Errorf("encode: cannot encode %q", line)
		}
		if err != nil {
			return err
		}
		if bytes != nil {
			lines[i] = directives(bytes) + " // " + strings.Join(strings.Fields(line), " ")
		}
	}
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o644)
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // the patterns admit digits only; no displacement is 0
	return n
}

// prefix returns the EVEX prefix for a register, the upper bits of the other operand, and the second source.
func prefix(register int, x, b int, second int, broadcast int) []byte {
	inverted := func(v, bit int) byte { return byte(^v >> bit & 1) }
	return []byte{
		0x62,
		inverted(register, 3)<<7 | inverted(x, 0)<<6 | inverted(b, 0)<<5 | inverted(register, 4)<<4 | 0x02,
		byte(^second&15)<<3 | 1<<2 | 0x02,
		0x02<<5 | byte(broadcast)<<4 | inverted(second, 4)<<3,
	}
}

// generalPurpose numbers the registers that an address may use.
var generalPurpose = map[string]int{
	"AX": 0, "CX": 1, "DX": 2, "BX": 3, "BP": 5, "SI": 6, "DI": 7,
	"R8": 8, "R9": 9, "R10": 10, "R11": 11, "R13": 13, "R14": 14, "R15": 15,
}

// broadcast encodes an instruction with two registers and a 32-bit value in memory.
func broadcast(opcode byte, displacement int, base string, second, register int) ([]byte, error) {
	b, ok := generalPurpose[base]
	if !ok {
		return nil, fmt.Errorf("encode: cannot address by %s", base) // SP and R12 would need another byte
	}
	code := append(prefix(register, 0, b>>3, second, 1), opcode)
	fields := byte(register&7<<3 | b&7)
	if displacement%4 == 0 && displacement/4 >= -128 && displacement/4 < 128 {
		return append(code, 0x40|fields, byte(int8(displacement/4))), nil
	}
	d := uint32(int32(displacement))
	return append(code, 0x80|fields, byte(d), byte(d>>8), byte(d>>16), byte(d>>24)), nil
}

// registers encodes an instruction with two or three registers; without a second source that is 0.
func registers(opcode byte, from, second, to int) []byte {
	return append(prefix(to, from>>4, from>>3&1, second, 0), opcode, byte(0xc0|to&7<<3|from&7))
}

// directives returns bytes as assembler directives.
func directives(bytes []byte) string {
	var parts []string
	for _, b := range bytes {
		parts = append(parts, fmt.Sprintf("BYTE $0x%02x", b))
	}
	return "\t" + strings.Join(parts, "; ")
}
