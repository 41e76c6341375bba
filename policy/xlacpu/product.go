package xlacpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// Product describes a dot_general in its canonical form: for each of Batch places a left operand of Rows x Depth and a
// right operand of Depth x Columns.
type Product struct {
	Batch, Rows, Columns, Depth int
	// Transposed says that the right operand is stored as [batch..., columns, depth] with a single column axis.
	Transposed bool
	// Half says that both operands are bfloat16 and the result is float32. A product of bfloat16 operands with a bfloat16
	// result is formed in float32 from widened operands.
	Half bool
}

// Product returns the order in which XLA accumulates a product.
func (CPU) Product(p Product) ops.ProductOrder {
	if p.Rows == 0 || p.Columns == 0 || p.Depth == 0 {
		return ops.ProductOrder{}
	}
	if p.Rows == 1 || p.Columns == 1 {
		return vector(p)
	}
	if Widened(p.Rows, p.Columns) {
		p.Half = false
	}
	return newChoice(p).order()
}

// Widened tells whether a product of bfloat16 operands with a float32 result is so small that XLA widens the operands.
func Widened(rows, columns int) bool {
	return rows <= 3 && columns <= 3 || rows == 1 || columns == 1
}

// vector is the order of a product of a matrix and a vector, which YNNPACK has no part in.
//
// A row times a matrix that is not transposed is one chain. All others run in eight lanes over the elements that fill
// them, with the rest as one chain; neighbouring lanes are folded first, and halves in the last rows that are not eight.
func vector(p Product) ops.ProductOrder {
	if p.Rows == 1 && !p.Transposed {
		return ops.ProductOrder{}
	}
	const lanes = 8
	main := bf16.DotOrder{Lanes: lanes}
	if p.Depth%lanes > 0 {
		main.Rest = bf16.RestChain
	}
	edge := main
	edge.Halves = true
	if p.Columns == 1 {
		return edges(ops.ProductOrder{Main: main, Row: p.Rows / lanes * lanes, Bottom: edge}, p.Rows, 1)
	}
	return edges(ops.ProductOrder{Main: main, Column: p.Columns / lanes * lanes, Right: edge}, 1, p.Columns)
}

// edges writes an order in the one way in which equal orders are equal: without edges that hold nothing or do not differ.
// An edge at 0 is taken to be the whole.
func edges(o ops.ProductOrder, rows, columns int) ops.ProductOrder {
	if o.Row == 0 && o.Bottom != (bf16.DotOrder{}) {
		o.Main, o.Right = o.Bottom, o.Corner
	}
	if o.Column == 0 && o.Right != (bf16.DotOrder{}) {
		o.Main, o.Bottom = o.Right, o.Corner
	}
	if o.Row == 0 || o.Row >= rows || o.Main == o.Bottom && (o.Column == 0 || o.Column >= columns || o.Right == o.Corner) {
		o.Row, o.Bottom, o.Corner = 0, bf16.DotOrder{}, bf16.DotOrder{}
	}
	if o.Column == 0 || o.Column >= columns || o.Main == o.Right && (o.Row == 0 || o.Bottom == o.Corner) {
		o.Column, o.Right, o.Corner = 0, bf16.DotOrder{}, bf16.DotOrder{}
	}
	return o
}

// choice is what YNNPACK settles for a product as a whole.
type choice struct {
	Product
	table          []kernel
	size           int  // bytes of an element of the operands
	packed         bool // the right operand is packed into blocks of width columns and lanes elements of k
	width, lanes   int
	height, column int // rows and columns of a part of the product, for each of which a kernel is chosen again
}

// typicalRows is the number of rows that the kernel of the right operand's layout is chosen for.
const typicalRows = 2048

func newChoice(p Product) *choice {
	c := &choice{Product: p, table: float32Kernels, size: 4}
	if p.Half {
		c.table, c.size = bfloat16Kernels, 2
	}
	kernel := c.layout()
	depth := p.Depth
	if c.packed {
		blocks := max(1, cacheBytes/c.size/(kernel.columns*p.Depth))
		c.width = max(kernel.tileColumns, min(kernel.columns*blocks, ceilDiv(p.Columns, kernel.tileColumns)*kernel.tileColumns))
		c.lanes = kernel.tileDepth
		depth = ceilDiv(p.Depth, c.lanes) * c.lanes
	} else {
		c.width, c.lanes = max(64/c.size, kernel.columns), 1
	}
	c.height, c.column = split(p.Rows, p.Columns, depth, c.width)
	if p.Columns <= c.width {
		c.column = p.Columns
	}
	return c
}

// layout chooses the kernel that the right operand is laid out for, and whether it is packed: not if it is stored as it is
// read, a kernel for unpacked operands is at most twice as slow, and it is read at most ten times as often as it is long.
func (c *choice) layout() kernel {
	best, least := cheapest(c.table, typicalRows, c.Columns, c.Depth, func(kernel) bool { return true })
	c.packed = true
	if c.Transposed {
		return best
	}
	loose, cost := best, least
	if best.tileDepth != 1 {
		loose, cost = cheapest(c.table, typicalRows, c.Columns, c.Depth, func(x kernel) bool { return x.unaligned && x.tileDepth == 1 })
	}
	if !loose.unaligned || cost > 2*least || ceilDiv(c.Rows, loose.rows)*c.Batch > 10*c.Batch {
		return best
	}
	c.packed = false
	return loose
}

// split returns the rows and columns of the parts that a product is cut into.
func split(m, n, k, width int) (height, column int) {
	k = min(k, 1024)
	const enough, aspect = 65536, 4
	least := min(m, 64) * min(n, 64)
	column, height = min(n, width), min(m, 16)
	for column*height < least || (height+column)*k < enough && height*column < enough {
		switch {
		case (aspect*column <= height || height >= m) && column < n:
			column *= 2
		case (height <= aspect*column || column >= n) && height < m:
			height *= 2
		default:
			return min(height, 32768), min(column, 65536)
		}
	}
	return min(height, 32768), min(column, 65536)
}

// order returns the orders of the whole parts and of those cut off at the bottom and at the right.
func (c *choice) order() ops.ProductOrder {
	row, column := c.Rows/c.height*c.height, c.Columns/c.column*c.column
	height, width := min(c.height, c.Rows), min(c.column, c.Columns)
	return edges(ops.ProductOrder{
		Main: c.part(height, width), Row: row, Column: column,
		Bottom: c.part(c.Rows-row, width), Right: c.part(height, c.Columns-column), Corner: c.part(c.Rows-row, c.Columns-column),
	}, c.Rows, c.Columns)
}

// part returns the order of a part of m x n results. The zero order stands for a part that is empty.
func (c *choice) part(m, n int) bf16.DotOrder {
	if m == 0 || n == 0 {
		return bf16.DotOrder{}
	}
	width := n
	if c.packed {
		width = c.width
	}
	depth := c.Depth / c.lanes * c.lanes
	x, _ := cheapest(c.table, m, n, depth, func(x kernel) bool {
		return x.tileDepth == c.lanes && (x.unaligned || c.packed && width%x.tileColumns == 0)
	})
	order := bf16.DotOrder{Unfused: !x.fused}
	switch {
	case c.lanes > 1 && c.Half:
		order.OddFirst = true
	case c.lanes > 1:
		order.Lanes = c.lanes
	}
	if block := cacheBytes / (width * c.size * x.depth) * x.depth; block < depth {
		order.Block = block
	}
	if depth < c.Depth {
		order.Rest = bf16.RestBlock
	}
	return order
}
