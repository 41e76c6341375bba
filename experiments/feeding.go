package experiments

import (
	"math"

	"bf16lab/ops"
)

// feeding tells what the elements of a result were computed from.
type feeding interface {
	// finite tells whether all operand elements that element k of the result was computed from are finite.
	finite(k int) bool
	// operands returns one number of each operand that element k was computed from: the element itself, or the one of the
	// largest magnitude of several; NaN before everything else.
	operands(k int) []float64
}

// feedingOf returns what feeds the results of an equation with the given operands, nil for literals.
func feedingOf(n *ops.Node, plan *ops.NodePlan, in []*ops.Tensor) feeding {
	operands := make([]*ops.Tensor, len(in))
	for i, t := range in {
		operands[i] = t
		if t == nil {
			operands[i] = ops.LiteralTensor(n.In[i], plan)
		}
	}
	switch p := n.Params.(type) {
	case nil, ops.ConvertParams, ops.IntegerPowParams:
		return newElementFeeding(n.Out[0].Shape, operands)
	case ops.DotParams:
		x, y := ops.DotView(operands[0].Shape, p.LeftBatch, p.LeftContracting), ops.DotView(operands[1].Shape, p.RightBatch, p.RightContracting)
		columns := y.Free.Size()
		rows := x.Free.Size()
		return newLines(
			newSide(operands[0], x, func(k int) int { return k / columns }),
			newSide(operands[1], y, func(k int) int { return k/columns/rows*columns + k%columns }))
	case ops.ConvParams:
		w := operands[1].Shape
		channels, columns := w[1], w[2]
		x := ops.View{Free: ops.Shape{operands[0].Shape.Size() / channels}, FreeStrides: []int{channels}, Contracting: ops.Shape{channels}, ContractingStrides: []int{1}}
		v := ops.View{Free: ops.Shape{columns}, FreeStrides: []int{1}, Contracting: ops.Shape{w[0] * channels}, ContractingStrides: []int{columns}}
		return &patches{
			x: newSide(operands[0], x, nil), w: newSide(operands[1], v, func(k int) int { return k % columns }),
			width: w[0], length: operands[0].Shape[1], columns: columns,
		}
	case ops.ReduceParams:
		return newLines(newSide(operands[0], ops.DotView(operands[0].Shape, nil, p.Axes), func(k int) int { return k }))
	case ops.WindowParams:
		s, by := operands[0].Shape, p.Dimensions[1]
		v := ops.View{
			Free: ops.Shape{s[0], s[1] / by, s[2]}, FreeStrides: []int{s[1] * s[2], by * s[2], 1},
			Contracting: ops.Shape{by}, ContractingStrides: []int{s[2]},
		}
		return newLines(newSide(operands[0], v, func(k int) int { return k }))
	}
	return newWhole(operands)
}

// elementFeeding is that of a primitive that computes each element from the elements at the same place of operands that
// broadcast.
type elementFeeding struct {
	shape   ops.Shape
	in      []*ops.Tensor
	strides [][]int
}

func newElementFeeding(shape ops.Shape, in []*ops.Tensor) elementFeeding {
	f := elementFeeding{shape, in, make([][]int, len(in))}
	for i, t := range in {
		f.strides[i] = broadcastStrides(t.Shape, shape)
	}
	return f
}

func (f elementFeeding) finite(k int) bool {
	for i := range f.in {
		if x := f.operand(i, k); x-x != 0 {
			return false
		}
	}
	return true
}

func (f elementFeeding) operands(k int) []float64 {
	out := make([]float64, len(f.in))
	for i := range f.in {
		out[i] = f.operand(i, k)
	}
	return out
}

func (f elementFeeding) operand(i, k int) float64 {
	return f.in[i].Element(ops.Offset(k, f.shape, f.strides[i]))
}

// broadcastStrides returns the strides with which an operand is read to give a result of a shape: 0 along axes of size 1, or
// everywhere for a scalar.
func broadcastStrides(from, to ops.Shape) []int {
	out := make([]int, len(to))
	if len(from) != len(to) {
		return out
	}
	for i, s := range from.Strides() {
		if from[i] == to[i] {
			out[i] = s
		}
	}
	return out
}

// side is an operand that is read in lines: the elements that are summed up, for every place along the other axes.
type side struct {
	lines []float64 // by line: the element of the largest magnitude; NaN if there is one
	line  func(k int) int
}

func newSide(t *ops.Tensor, v ops.View, line func(k int) int) side {
	s := side{lines: make([]float64, v.Batch.Size()*v.Free.Size()), line: line}
	free, depth := v.Free.Size(), v.Contracting.Size()
	for i := range s.lines {
		start := ops.Offset(i/free, v.Batch, v.BatchStrides) + ops.Offset(i%free, v.Free, v.FreeStrides)
		for k := range depth {
			s.lines[i] = larger(s.lines[i], t.Element(start+ops.Offset(k, v.Contracting, v.ContractingStrides)))
		}
	}
	return s
}

// larger returns the number of the larger magnitude, the first of equals, and NaN before everything else.
func larger(x, y float64) float64 {
	if y != y && x == x || math.Abs(y) > math.Abs(x) {
		return y
	}
	return x
}

// lines is the feeding of sums and products.
type lines struct{ sides []side }

func newLines(sides ...side) lines { return lines{sides} }

func (f lines) finite(k int) bool {
	for _, s := range f.sides {
		if x := s.lines[s.line(k)]; x-x != 0 {
			return false
		}
	}
	return true
}

func (f lines) operands(k int) []float64 {
	out := make([]float64, len(f.sides))
	for i, s := range f.sides {
		out[i] = s.lines[s.line(k)]
	}
	return out
}

// patches is the feeding of a convolution: the lines of x are positions.
type patches struct {
	x, w                   side
	width, length, columns int
}

func (f *patches) operands(k int) []float64 {
	position := k / f.columns
	sequence, at := position/f.length*f.length, position%f.length
	x := 0.0
	for t := range f.width {
		if p := at + t - (f.width-1)/2; p >= 0 && p < f.length {
			x = larger(x, f.x.lines[sequence+p])
		}
	}
	return []float64{x, f.w.lines[f.w.line(k)]}
}

func (f *patches) finite(k int) bool {
	in := f.operands(k)
	return in[0]-in[0] == 0 && in[1]-in[1] == 0
}

// whole is the feeding of everything else: each element of the result may come from any element of the operands.
type whole struct{ largest []float64 }

func newWhole(in []*ops.Tensor) whole {
	f := whole{make([]float64, len(in))}
	for i, t := range in {
		for k := range t.Shape.Size() {
			f.largest[i] = larger(f.largest[i], t.Element(k))
		}
	}
	return f
}

func (f whole) operands(int) []float64 { return f.largest }

func (f whole) finite(int) bool {
	for _, x := range f.largest {
		if x-x != 0 {
			return false
		}
	}
	return true
}
