package ops

// IotaPrimitive is JAX's iota: counts along an axis.
const IotaPrimitive Primitive = "iota"

// IotaParams holds dtype, shape and axis of iota.
type IotaParams struct {
	DType     DType `json:"dtype"`
	Shape     Shape `json:"shape"`
	Dimension int   `json:"dimension"`
}

// Iota appends 0, 1, 2, ... of the dtype, of length n.
func (b *Builder) Iota(dtype DType, n int) *Value {
	return b.apply(IotaPrimitive, IotaParams{DType: dtype, Shape: Shape{n}}, nil, dtype, Shape{n})
}

func evaluateIota(_ *Context, out, _ []*Tensor) {
	switch y := out[0]; {
	case y.F32 != nil:
		countLoop(y.F32)
	case y.F64 != nil:
		countLoop(y.F64)
	case y.I32 != nil:
		countLoop(y.I32)
	}
}

func countLoop[T number](dst []T) {
	for i := range dst {
		dst[i] = T(i)
	}
}
