package reference

import (
	"encoding/binary"
	"math"

	"bf16lab/bf16"
)

// Array holds elements of one tensor: all of them, or scattered ones.
type Array struct {
	Name  string
	DType string // bfloat16, float16, float32, float64, int32 or bool
	Shape []int  // of the whole tensor

	raw  []byte // little-endian bits of the elements that are there
	unit int    // bytes of an element
	size int    // elements of the whole tensor
}

// units holds the bytes of an element and the dtype under which numpy stores it, by dtype.
var units = map[string]struct {
	bytes  int
	stored string
}{
	"bfloat16": {2, "<u2"}, "float16": {2, "<f2"}, "float32": {4, "<f4"}, "float64": {8, "<f8"}, "int32": {4, "<i4"}, "bool": {1, "|b1"},
}

// Len returns the number of elements that are there.
func (a *Array) Len() int { return len(a.raw) / a.unit }

// Size returns the number of elements of the whole tensor.
func (a *Array) Size() int { return a.size }

// Index returns the flat row-major position in the tensor of element k of the array.
func (a *Array) Index(k int) int {
	if a.Len() == a.size {
		return k
	}
	return int(uint64(k) * 2654435761 % uint64(a.size))
}

// Bits returns the bits of element k.
func (a *Array) Bits(k int) uint64 {
	switch raw := a.raw[k*a.unit : (k+1)*a.unit]; a.unit {
	case 1:
		return uint64(raw[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(raw))
	case 4:
		return uint64(binary.LittleEndian.Uint32(raw))
	default:
		return binary.LittleEndian.Uint64(raw)
	}
}

// Float64 returns the value of element k, exactly; truth values are 0 and 1.
func (a *Array) Float64(k int) float64 {
	bits := a.Bits(k)
	switch a.DType {
	case "bfloat16":
		return float64(bf16.FromBFloat16(uint16(bits)))
	case "float16":
		return float64(bf16.FromFloat16(uint16(bits)))
	case "float32":
		return float64(math.Float32frombits(uint32(bits)))
	case "float64":
		return math.Float64frombits(bits)
	case "int32":
		return float64(int32(bits))
	}
	return float64(bits)
}
