package ops

// StopGradientPrimitive is JAX's stop_gradient: the identity in a forward pass.
const StopGradientPrimitive Primitive = "stop_gradient"

// StopGradient appends y = x.
func (b *Builder) StopGradient(x *Value) *Value {
	return b.apply(StopGradientPrimitive, nil, []Operand{x.operand(0)}, x.DType, x.Shape)
}
