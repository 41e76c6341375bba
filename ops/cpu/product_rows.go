package cpu

import (
	"bf16lab/ops"
)

// addRows collects rows lo..hi-1 of a product or convolution (see unit.productReaches). Every element accumulates in the order that
// it has in the whole product.
func (c *products) addRows(u *unit, in *instance, res *results, lo, hi int) {
	n := u.nodes[0]
	operands := c.operands(in, n)
	p, dot := n.Params.(ops.DotParams)
	switch {
	case lo == hi:
	case u.permuted():
		c.addPermuted(u, operands, res, lo, hi)
	case u.sink():
		c.addSink(n, p, operands, res, lo, hi)
	case dot:
		c.addDotRows(n, p, operands, res, lo, hi)
	default:
		c.addConvolution(n, operands, res, lo, hi)
	}
}

// addDotRows collects rows of a product, of which those of a batch follow one another.
func (c *products) addDotRows(n *ops.Node, p ops.DotParams, operands []*ops.Tensor, res *results, lo, hi int) {
	formats := c.formats(n, res.plan, operands)
	right := c.operand(operands[1], res.plan, formats[1])
	b := c.matrices(right, ops.DotView(right.Shape, p.RightBatch, p.RightContracting), formats[1])
	x := ops.DotView(operands[0].Shape, p.LeftBatch, p.LeftContracting)
	depth, rows := x.Contracting.Size(), x.Free.Size()
	for lo < hi {
		batch := lo / rows
		end := min(hi, (batch+1)*rows)
		left := c.operand(operands[0].Range(lo*depth, end*depth, ops.Shape{end - lo, depth}), res.plan, formats[0])
		a := side{tensor: left, round: formats[0], lines: end - lo, line: depth, step: 1, offsets: []int{0}}
		order := res.plan.Dot
		if order.Row > 0 {
			order = withRow(order, order.Row-(lo-batch*rows))
		}
		c.add(a, b.only(batch), depth, order, res, lo*b.lines, b.lines)
		lo = end
	}
}

// withRow returns an order with its edge at another row; there are no rows before one at 0 or less.
func withRow(o ops.ProductOrder, row int) ops.ProductOrder {
	if row <= 0 {
		return ops.ProductOrder{Main: o.Bottom, Column: o.Column, Right: o.Corner}
	}
	o.Row = row
	return o
}

// withColumn is [withRow] for columns.
func withColumn(o ops.ProductOrder, column int) ops.ProductOrder {
	if column <= 0 {
		return ops.ProductOrder{Main: o.Right, Row: o.Row, Bottom: o.Corner}
	}
	o.Column = column
	return o
}

// addSink collects what rows of the right operand give: they are columns of the result.
func (c *products) addSink(n *ops.Node, p ops.DotParams, operands []*ops.Tensor, res *results, lo, hi int) {
	formats := c.formats(n, res.plan, operands)
	left := c.operand(operands[0], res.plan, formats[0])
	a := c.matrices(left, ops.DotView(left.Shape, p.LeftBatch, p.LeftContracting), formats[0])
	y := ops.DotView(operands[1].Shape, p.RightBatch, p.RightContracting)
	depth, columns := y.Contracting.Size(), y.Free.Size()
	for lo < hi {
		batch := lo / columns
		end := min(hi, (batch+1)*columns)
		right := c.operand(operands[1].Range(lo*depth, end*depth, ops.Shape{end - lo, depth}), res.plan, formats[1])
		b := side{tensor: right, round: formats[1], lines: end - lo, line: depth, step: 1, offsets: []int{0}}
		first, order := lo-batch*columns, res.plan.Dot
		if order.Column > 0 {
			order = withColumn(order, order.Column-first)
		}
		c.add(a.only(batch), b, depth, order, res, batch*a.lines*columns+first, columns)
		lo = end
	}
}

// addConvolution collects positions of a convolution with stride 1 and padding SAME, as [Convolve] does.
func (c *products) addConvolution(n *ops.Node, operands []*ops.Tensor, res *results, lo, hi int) {
	length, channels := operands[0].Shape[1], operands[0].Shape[2]
	formats := c.formats(n, res.plan, operands)
	w := c.operand(operands[1], res.plan, formats[1])
	width, columns := w.Shape[0], w.Shape[2]
	b := side{tensor: w, round: formats[1], lines: columns, line: 1, step: columns, offsets: []int{0}}
	before, after := halo(width)
	for lo < hi {
		batch := lo / length
		end := min(hi, (batch+1)*length)
		// What is read beyond these positions lies outside of the sequence, and is zero.
		first, last := max(lo-before, batch*length), min(end+after, (batch+1)*length)
		x := c.operand(operands[0].Range(first*channels, last*channels, ops.Shape{last - first, channels}), res.plan, formats[0])
		a := side{tensor: x, round: formats[0], lines: end - lo, line: channels, step: 1, padded: true, offsets: []int{(lo - before - first) * channels}}
		c.add(a, b, width*channels, ops.ProductOrder{Main: res.plan.Dot.Main}, res, lo*columns, columns)
		lo = end
	}
}
