package ops

import "slices"

// SqueezePrimitive is JAX's squeeze: drops axes of size 1.
const SqueezePrimitive Primitive = "squeeze"

// SqueezeParams holds the axes that squeeze drops.
type SqueezeParams struct {
	Dimensions []int `json:"dimensions"`
}

// Squeeze appends x without the given axes, which must have size 1.
func (b *Builder) Squeeze(x *Value, dimensions ...int) *Value {
	var shape Shape
	for i, d := range x.Shape {
		if !slices.Contains(dimensions, i) {
			shape = append(shape, d)
			continue
		}
		b.require(d == 1, SqueezePrimitive, "axis %d of %v", i, x.Shape)
	}
	b.require(len(shape)+len(dimensions) == len(x.Shape), SqueezePrimitive, "axes %v of %v", dimensions, x.Shape)
	return b.apply(SqueezePrimitive, SqueezeParams{Dimensions: dimensions}, []Operand{x.operand(0)}, x.DType, shape)
}
