package cpu

import (
	"slices"

	"bf16lab/ops"
)

// operandKind says how an equation in a row unit reads one of its operands.
type operandKind uint8

const (
	literal   operandKind = iota // a scalar
	tiled                        // the rows of the tile: made in the unit, or a part of a stored value
	shared                       // the same for all rows, stored
	grouped                      // one stored row for every period rows of the tile
	cyclic                       // stored rows that repeat after period rows of the tile
	wholeRead                    // a stored value of which each row reads its own places (transpose, slice, broadcast)
)

// rowOperand is an operand of an equation in a row unit.
type rowOperand struct {
	kind  operandKind
	value *ops.Value
	inner ops.Shape // shape of one row, or of a shared operand without its row axes
	// period is the number of rows that a grouped operand is the same for, or after which a cyclic one repeats.
	period int
}

// rowNode is an equation of a row unit, with its parameters rewritten for tiles of shape [rows, inner...].
type rowNode struct {
	node   *ops.Node
	params any
	in     []rowOperand
	inner  ops.Shape // shape of one row of the result
	axes   int       // number of leading axes of the result that make the rows
}

// splitRows returns how many leading axes of s have rows elements together (at least one axis); ok is false where no
// prefix has.
func splitRows(s ops.Shape, rows int) (axes int, ok bool) {
	n := 1
	for i, d := range s {
		n *= d
		if n == rows {
			return i + 1, true
		}
	}
	return 0, false
}

// elementwise holds the primitives that compute each element of the result from the elements at the same place.
var elementwise = map[ops.Primitive]bool{
	ops.AbsPrimitive: true, ops.AddPrimitive: true, ops.AndPrimitive: true, ops.ConvertElementTypePrimitive: true, ops.CosPrimitive: true,
	ops.DivPrimitive: true, ops.EqPrimitive: true, ops.ExpPrimitive: true, ops.GePrimitive: true, ops.GtPrimitive: true,
	ops.IntegerPowPrimitive: true, ops.LogPrimitive: true, ops.Log1pPrimitive: true, ops.LogisticPrimitive: true, ops.LtPrimitive: true,
	ops.MaxPrimitive: true, ops.MinPrimitive: true, ops.MulPrimitive: true, ops.NePrimitive: true, ops.NegPrimitive: true,
	ops.PowPrimitive: true, ops.RsqrtPrimitive: true, ops.SelectNPrimitive: true, ops.SignPrimitive: true, ops.SinPrimitive: true,
	ops.SqrtPrimitive: true, ops.SquarePrimitive: true, ops.StopGradientPrimitive: true, ops.SubPrimitive: true, ops.TanhPrimitive: true,
}

// asRows rewrites an equation for a unit of the given number of rows, in which the values made so far are those that made
// reports. It reports false where the equation does not treat rows independently.
func asRows(n *ops.Node, rows int, made func(*ops.Value) bool) (rowNode, bool) {
	if len(n.Out) != 1 {
		return rowNode{}, false
	}
	out := n.Out[0].Shape
	axes, ok := splitRows(out, rows)
	if !ok {
		return rowNode{}, false
	}
	r := rowNode{node: n, params: n.Params, inner: out[axes:], axes: axes}
	ok = r.rewrite(rows, made)
	return r, ok
}

// rewrite settles operands and parameters for tiles.
func (r *rowNode) rewrite(rows int, made func(*ops.Value) bool) bool {
	if elementwise[r.node.Primitive] {
		return r.elementwise(made)
	}
	switch p := r.params.(type) {
	case ops.BroadcastParams:
		return r.broadcast(p, rows, made)
	case ops.ReshapeParams, ops.SqueezeParams:
		return r.tiled(rows)
	case ops.SliceParams:
		return r.slice(p, made)
	case ops.TransposeParams:
		return r.transpose(p, made)
	case ops.PadParams:
		return r.pad(p, rows)
	case ops.ConcatenateParams:
		r.params = ops.ConcatenateParams{Dimension: p.Dimension - r.axes + 1}
		return p.Dimension >= r.axes && r.tiled(rows)
	case ops.StackParams:
		r.params = ops.StackParams{Axis: p.Axis - r.axes + 1}
		return p.Axis >= r.axes && r.tiled(rows)
	case ops.ReduceParams:
		r.params = ops.ReduceParams{Axes: shift(p.Axes, r.axes)}
		return p.Axes[0] >= r.axes && r.tiled(rows)
	case ops.WindowParams:
		return r.window(p, made)
	}
	return false
}

// shift renumbers axes of a tensor for tiles in which the first rowAxes axes are one.
func shift(axes []int, rowAxes int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[i] = a - rowAxes + 1
	}
	return out
}

func (r *rowNode) elementwise(made func(*ops.Value) bool) bool {
	out := r.node.Out[0].Shape
	for _, o := range r.node.In {
		s := o.Shape()
		switch {
		case o.Value == nil:
			r.in = append(r.in, rowOperand{kind: literal})
		case len(s) == 0:
			if made(o.Value) {
				return false
			}
			r.in = append(r.in, rowOperand{kind: shared, value: o.Value})
		case s[:r.axes].Equal(out[:r.axes]):
			r.in = append(r.in, rowOperand{kind: tiled, value: o.Value, inner: s[r.axes:]})
		case ops.Shape(s[:r.axes]).Size() == 1 && !made(o.Value):
			r.in = append(r.in, rowOperand{kind: shared, value: o.Value, inner: append(ops.Shape{1}, s[r.axes:]...)})
		default:
			in, ok := repeated(s[:r.axes], out[:r.axes])
			if !ok || made(o.Value) {
				return false
			}
			in.value, in.inner = o.Value, s[r.axes:]
			r.in = append(r.in, in)
		}
	}
	return true
}

// repeated tells how an operand whose row axes are broadcast follows the rows of the result: the first axes are there and
// the others have size 1 (grouped), or the other way round (cyclic).
func repeated(s, out ops.Shape) (rowOperand, bool) {
	for j := 1; j < len(s); j++ {
		switch {
		case s[:j].Equal(out[:j]) && s[j:].Size() == 1:
			return rowOperand{kind: grouped, period: out[j:].Size()}, true
		case s[:j].Size() == 1 && s[j:].Equal(out[j:]):
			return rowOperand{kind: cyclic, period: out[j:].Size()}, true
		}
	}
	return rowOperand{}, false
}

// period returns the period of the repeated operands of an equation, 0 if it has none; ok is false where they differ.
func (r *rowNode) period() (period int, ok bool) {
	for _, o := range r.in {
		if o.period == 0 {
			continue
		}
		if period != 0 && period != o.period {
			return 0, false
		}
		period = o.period
	}
	return period, true
}

// tiled takes every operand row by row.
func (r *rowNode) tiled(rows int) bool {
	for _, o := range r.node.In {
		axes, ok := splitRows(o.Shape(), rows)
		if !ok {
			return false
		}
		r.in = append(r.in, rowOperand{kind: tiled, value: o.Value, inner: o.Shape()[axes:]})
	}
	return true
}

func (r *rowNode) broadcast(p ops.BroadcastParams, rows int, made func(*ops.Value) bool) bool {
	o := r.node.In[0]
	if o.Value == nil {
		r.params = ops.BroadcastParams{}
		r.in = []rowOperand{{kind: literal}}
		return true
	}
	from := o.Shape()
	if axes, ok := splitRows(from, rows); ok && axes == r.axes && identity(p.Dimensions[:axes]) {
		r.params = ops.BroadcastParams{Dimensions: append([]int{0}, shift(p.Dimensions[axes:], r.axes)...)}
		r.in = []rowOperand{{kind: tiled, value: o.Value, inner: from[axes:]}}
		return true
	}
	if made(o.Value) {
		return false
	}
	leading := 0
	for leading < len(from) && p.Dimensions[leading] < r.axes && from[leading] == 1 {
		leading++
	}
	if leading == len(from) || p.Dimensions[leading] >= r.axes {
		r.params = ops.BroadcastParams{Dimensions: shift(p.Dimensions[leading:], r.axes)}
		r.in = []rowOperand{{kind: shared, value: o.Value, inner: from[leading:]}}
		return true
	}
	r.in = []rowOperand{{kind: wholeRead, value: o.Value}}
	return true
}

func identity(axes []int) bool {
	for i, a := range axes {
		if a != i {
			return false
		}
	}
	return true
}

func (r *rowNode) slice(p ops.SliceParams, made func(*ops.Value) bool) bool {
	o := r.node.In[0]
	from := o.Shape()
	if from[:r.axes].Equal(r.node.Out[0].Shape[:r.axes]) && (p.Strides == nil || ones(p.Strides[:r.axes])) {
		params := ops.SliceParams{StartIndices: append([]int{0}, p.StartIndices[r.axes:]...), LimitIndices: append([]int{0}, p.LimitIndices[r.axes:]...)}
		if p.Strides != nil {
			params.Strides = append([]int{1}, p.Strides[r.axes:]...)
		}
		r.params = params
		r.in = []rowOperand{{kind: tiled, value: o.Value, inner: from[r.axes:]}}
		return true
	}
	r.in = []rowOperand{{kind: wholeRead, value: o.Value}}
	return !made(o.Value)
}

func ones(s []int) bool { return !slices.ContainsFunc(s, func(v int) bool { return v != 1 }) }

func (r *rowNode) transpose(p ops.TransposeParams, made func(*ops.Value) bool) bool {
	o := r.node.In[0]
	if identity(p.Permutation[:r.axes]) {
		r.params = ops.TransposeParams{Permutation: append([]int{0}, shift(p.Permutation[r.axes:], r.axes)...)}
		r.in = []rowOperand{{kind: tiled, value: o.Value, inner: o.Shape()[r.axes:]}}
		return true
	}
	r.in = []rowOperand{{kind: wholeRead, value: o.Value}}
	// Reading single rows of a large transpose would touch a cache line for every element.
	last := len(p.Permutation) - 1
	return !made(o.Value) && (p.Permutation[last] == last || o.Shape().Size() <= smallSize)
}

func (r *rowNode) pad(p ops.PadParams, rows int) bool {
	for _, edge := range p.Config[:r.axes] {
		if edge != [3]int{} {
			return false
		}
	}
	axes, ok := splitRows(r.node.In[0].Shape(), rows)
	r.params = ops.PadParams{Config: append([][3]int{{}}, p.Config[r.axes:]...)}
	r.in = []rowOperand{{kind: tiled, value: r.node.In[0].Value, inner: r.node.In[0].Shape()[axes:]}, {kind: literal}}
	return ok && axes == r.axes && r.node.In[1].Value == nil
}

// window sees each window of a stored operand as part of the row that it becomes.
func (r *rowNode) window(p ops.WindowParams, made func(*ops.Value) bool) bool {
	o := r.node.In[0]
	inner := ops.Shape{p.Dimensions[1], o.Shape()[2]}
	r.in = []rowOperand{{kind: tiled, value: o.Value, inner: inner}}
	return r.axes == 2 && !made(o.Value)
}
