package ops

import "fmt"

// DType is the declared element type of a value.
type DType uint8

// The element types of a graph. Compute is symbolic: it stands for the compute type of the policy that runs the graph.
const (
	Bool DType = iota
	Int32
	Compute
	BFloat16
	Float16
	Float32
	Float64
)

var dtypeNames = [...]string{"bool", "int32", "compute", "bfloat16", "float16", "float32", "float64"}

// String returns JAX's name of the type; Compute is "compute".
func (t DType) String() string {
	if int(t) < len(dtypeNames) {
		return dtypeNames[t]
	}
	return fmt.Sprintf("DType(%d)", uint8(t))
}

// IsFloat tells whether values of the type are floating-point numbers.
func (t DType) IsFloat() bool { return t >= Compute }

// Resolve returns the type itself, or compute where the type is symbolic.
func (t DType) Resolve(compute DType) DType {
	if t == Compute {
		return compute
	}
	return t
}
