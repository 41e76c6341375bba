package ops

import (
	"fmt"
	"math"
	"slices"
)

// GatherPrimitive is JAX's gather: picks slices at positions that are themselves data.
const GatherPrimitive Primitive = "gather"

// GatherMode says what a position outside of the operand does.
type GatherMode string

// The gather modes of the official jaxpr.
const (
	PromiseInBounds GatherMode = "PROMISE_IN_BOUNDS" // the caller guarantees positions inside
	FillOrDrop      GatherMode = "FILL_OR_DROP"      // outside gives NaN (the most negative number for integers)
)

// GatherParams describes taking entries along one axis of the operand. In JAX's terms: collapsed_slice_dims and
// start_index_map are Axis, all other axes are taken whole, and the leading Batch axes of operand and indices run together.
type GatherParams struct {
	Axis       int        `json:"axis"`
	Batch      int        `json:"batch"`
	OffsetDims []int      `json:"offset_dims"` // axes of the result that come from the operand
	Mode       GatherMode `json:"mode"`
}

// Gather appends the entries of x along axis at the positions indices [batch..., n..., 1], an int32 value whose last axis
// holds the one coordinate. The axes of the result are those of x without axis and batch at offsetDims, the others
// are those of indices without the last one.
func (b *Builder) Gather(x, indices *Value, axis, batch int, offsetDims []int, mode GatherMode) *Value {
	const p = GatherPrimitive
	rank := len(indices.Shape)
	b.require(indices.DType == Int32 && rank > batch && indices.Shape[rank-1] == 1, p, "indices %v %v", indices.DType, indices.Shape)
	b.require(axis >= batch && axis < len(x.Shape), p, "axis %d of %v after %d batch axes", axis, x.Shape, batch)
	b.require(slices.Equal(x.Shape[:batch], indices.Shape[:batch]), p, "batch axes of %v and %v", x.Shape, indices.Shape)
	var taken Shape
	for i := batch; i < len(x.Shape); i++ {
		if i != axis {
			taken = append(taken, x.Shape[i])
		}
	}
	b.require(len(taken) == len(offsetDims), p, "offset axes %v for %v", offsetDims, taken)
	positions := indices.Shape[:rank-1]
	shape := make(Shape, len(positions)+len(taken))
	at := 0
	for i := range shape {
		if k := slices.Index(offsetDims, i); k >= 0 {
			shape[i] = taken[k]
			continue
		}
		b.require(at < len(positions), p, "offset axes %v of rank %d", offsetDims, len(shape))
		shape[i] = positions[at]
		at++
	}
	params := GatherParams{Axis: axis, Batch: batch, OffsetDims: offsetDims, Mode: mode}
	return b.apply(p, params, []Operand{x.operand(0), indices.operand(0)}, x.DType, shape)
}

func evaluateGather(c *Context, out, in []*Tensor) {
	p := c.Params.(GatherParams)
	x, indices, y := in[0], in[1], out[0]
	own, to := x.Shape.Strides(), y.Shape.Strides()
	slice := piece{}
	var offset []int // strides of the taken axes in the result
	taken := 0
	for i := p.Batch; i < len(x.Shape); i++ {
		if i == p.Axis {
			continue
		}
		slice.shape = append(slice.shape, x.Shape[i])
		slice.fromStrides = append(slice.fromStrides, own[i])
		offset = append(offset, to[p.OffsetDims[taken]])
		taken++
	}
	slice.toStrides = offset
	var positionAxes []int
	for i := range y.Shape {
		if !slices.Contains(p.OffsetDims, i) {
			positionAxes = append(positionAxes, i)
		}
	}
	positions := indices.Shape[:len(indices.Shape)-1]
	index := make([]int, len(positions))
	for _, at := range indices.I32 {
		one := slice
		for i, axis := range positionAxes {
			one.to += index[i] * to[axis]
			if i < p.Batch {
				one.from += index[i] * own[i]
			}
		}
		n := x.Shape[p.Axis]
		switch {
		case at >= 0 && int(at) < n:
			one.from += int(at) * own[p.Axis]
			move(y, x, one)
		case p.Mode == FillOrDrop:
			one.fromStrides = make([]int, len(one.shape))
			one.from = 0
			move(y, outside(y.Storage()), one)
		default:
			panic(fmt.Sprintf("ops: gather position %d outside of %d", at, n))
		}
		advance(index, positions)
	}
}

// outside returns what gather gives for positions outside of the operand: NaN, the most negative integer, or true.
func outside(s Storage) *Tensor {
	t := NewTensor(nil, s)
	switch s {
	case StoreFloat32:
		t.F32[0] = float32(math.NaN())
	case StoreFloat64:
		t.F64[0] = math.NaN()
	case StoreBFloat16:
		t.BF16[0] = 0x7fc0
	case StoreInt32:
		t.I32[0] = math.MinInt32
	case StoreBool:
		t.Bool[0] = true
	}
	return t
}
