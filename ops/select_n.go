package ops

// SelectNPrimitive is JAX's select_n: picks between cases by a predicate.
const SelectNPrimitive Primitive = "select_n"

// SelectN appends z = (which ? onTrue : onFalse). The cases have one shape or are scalars; the predicate has their shape or is a
// scalar.
func (b *Builder) SelectN(which *Value, onFalse, onTrue Arg) *Value {
	l, r, shape := b.operands(SelectNPrimitive, onFalse, onTrue)
	for _, o := range []Operand{l, r} {
		b.require(o.Value == nil || len(o.Shape()) == 0 || o.Shape().Equal(shape), SelectNPrimitive, "cases of shapes %v and %v", l.Shape(), r.Shape())
	}
	b.require(which.DType == Bool, SelectNPrimitive, "predicate is %v", which.DType)
	b.require(len(which.Shape) == 0 || which.Shape.Equal(shape), SelectNPrimitive, "predicate of shape %v for cases of shape %v", which.Shape, shape)
	return b.apply(SelectNPrimitive, nil, []Operand{which.operand(0), l, r}, l.DType, shape)
}

func evaluateSelectN(_ *Context, out, in []*Tensor) {
	which := in[0].Bool
	z := out[0]
	switch {
	case z.F32 != nil:
		selectLoop(z.F32, which, in[1].F32, in[2].F32)
	case z.F64 != nil:
		selectLoop(z.F64, which, in[1].F64, in[2].F64)
	case z.BF16 != nil:
		selectLoop(z.BF16, which, in[1].BF16, in[2].BF16)
	case z.I32 != nil:
		selectLoop(z.I32, which, in[1].I32, in[2].I32)
	case z.Bool != nil:
		selectLoop(z.Bool, which, in[1].Bool, in[2].Bool)
	}
}

// selectLoop picks element by element; a predicate or case of one element holds for all.
func selectLoop[T any](dst []T, which []bool, onFalse, onTrue []T) {
	if len(which) == len(dst) && len(onFalse) == len(dst) && len(onTrue) == len(dst) {
		for i, w := range which {
			if w {
				dst[i] = onTrue[i]
			} else {
				dst[i] = onFalse[i]
			}
		}
		return
	}
	at := func(n, i int) int {
		if n == 1 {
			return 0
		}
		return i
	}
	for i := range dst {
		if which[at(len(which), i)] {
			dst[i] = onTrue[at(len(onTrue), i)]
		} else {
			dst[i] = onFalse[at(len(onFalse), i)]
		}
	}
}
