package ops

// IntegerPowPrimitive is JAX's integer_pow: x to a small integer power by repeated multiplication.
const IntegerPowPrimitive Primitive = "integer_pow"

// IntegerPowParams holds the exponent of integer_pow.
type IntegerPowParams struct {
	Y int `json:"y"`
}

// IntegerPow appends x^y for y = 2 (x*x) or y = 3 ((x*x)*x, the inner product rounded to the dtype as well).
func (b *Builder) IntegerPow(x *Value, y int) *Value {
	b.require(y == 2 || y == 3, IntegerPowPrimitive, "exponent %d is not supported", y)
	b.require(x.DType.IsFloat(), IntegerPowPrimitive, "operand is %v", x.DType)
	return b.apply(IntegerPowPrimitive, IntegerPowParams{Y: y}, []Operand{x.operand(0)}, x.DType, x.Shape)
}

func evaluateIntegerPow(c *Context, out, in []*Tensor) {
	y := c.Params.(IntegerPowParams).Y
	mapUnary(out[0], in[0], squareLoop[float32], squareLoop[float64], nil)
	if y == 2 {
		return
	}
	// A subnormal square need not be flushed: its product with x is zero either way.
	RoundTo(c.Plan.Output, out[0])
	binary(out[0], out[0], in[0], mulLoop[float32], mulLoop[float64], nil)
}
