package ops

// TransposePrimitive is JAX's transpose: permutes axes.
const TransposePrimitive Primitive = "transpose"

// TransposeParams holds the permutation: axis i of the result is axis Permutation[i] of the operand.
type TransposeParams struct {
	Permutation []int `json:"permutation"`
}

// Transpose appends x with its axes permuted.
func (b *Builder) Transpose(x *Value, permutation ...int) *Value {
	b.require(len(permutation) == len(x.Shape), TransposePrimitive, "permutation %v of %v", permutation, x.Shape)
	seen := make([]bool, len(permutation))
	shape := make(Shape, len(permutation))
	for i, p := range permutation {
		b.require(p >= 0 && p < len(seen) && !seen[p], TransposePrimitive, "permutation %v of %v", permutation, x.Shape)
		seen[p] = true
		shape[i] = x.Shape[p]
	}
	return b.apply(TransposePrimitive, TransposeParams{Permutation: permutation}, []Operand{x.operand(0)}, x.DType, shape)
}

func evaluateTranspose(c *Context, out, in []*Tensor) {
	move(out[0], in[0], transposePiece(c.Params.(TransposeParams), in[0].Shape, out[0].Shape))
}

func transposePiece(p TransposeParams, from, to Shape) piece {
	own := from.Strides()
	strides := make([]int, len(to))
	for i, a := range p.Permutation {
		strides[i] = own[a]
	}
	return piece{shape: to, fromStrides: strides, toStrides: to.Strides()}
}
