package experiments

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// inspectedChunk holds a chunk of a result and of its operands as float64.
type inspectedChunk struct {
	result []float64
	in     [3][]float64
}

// operand returns the elements of operand i that belong to the chunk, rounded as the plan takes them in.
func (c *inspectedChunk) operand(i int, n *ops.Node, np *ops.NodePlan, offset int64, operands []*ops.Tensor) []float64 {
	t, shape := operands[i], n.Out[0].Shape
	size := len(c.result)
	switch {
	case t == nil:
		x := ops.LiteralTensor(n.In[i], np).Element(0)
		c.in[i] = c.in[i][:0]
		for range size {
			c.in[i] = append(c.in[i], x)
		}
		return c.in[i]
	case t.Shape.Size() == shape.Size():
		c.in[i] = widen64(c.in[i], t, int(offset), int(offset)+size)
	default:
		c.in[i] = broadcast64(c.in[i], t, shape, int(offset), size)
	}
	if f := np.Operands[min(i, len(np.Operands)-1)]; f != (bf16.Format{}) {
		for k, x := range c.in[i] {
			c.in[i][k] = f.Round64(x)
		}
	}
	return c.in[i]
}

// broadcast64 copies the elements of a tensor that belong to elements from, from+1, ... of a shape that it is broadcast to, row by
// row.
func broadcast64(dst []float64, t *ops.Tensor, shape ops.Shape, from, size int) []float64 {
	dst = dst[:0]
	last := len(shape) - 1
	strides := broadcastStrides(t.Shape, shape)
	for len(dst) < size {
		k := from + len(dst)
		at := ops.Offset(k, shape, strides)
		for range min(shape[last]-k%shape[last], size-len(dst)) {
			dst = append(dst, t.Element(at))
			at += strides[last]
		}
	}
	return dst
}

// widen64 copies elements lo..hi-1 of a tensor into dst, which grows as needed.
func widen64(dst []float64, t *ops.Tensor, lo, hi int) []float64 {
	dst = dst[:0]
	switch {
	case t.F32 != nil:
		for _, x := range t.F32[lo:hi] {
			dst = append(dst, float64(x))
		}
	case t.BF16 != nil:
		for _, u := range t.BF16[lo:hi] {
			dst = append(dst, float64(bf16.FromBFloat16(u)))
		}
	case t.F64 != nil:
		dst = append(dst, t.F64[lo:hi]...)
	default:
		for k := lo; k < hi; k++ {
			dst = append(dst, t.Element(k))
		}
	}
	return dst
}
