package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// block is a matrix that parts can be taken of.
type block[M any] interface {
	Matrix | Matrix64
	rows() int
	columns() int
	// part returns rows i0 <= i < i1 and columns j0, j0 + step, ... < j1.
	part(i0, i1, j0, j1, step int) M
	transposed() M
}

func (m Matrix) rows() int    { return m.Rows }
func (m Matrix) columns() int { return m.Columns }

func (m Matrix) transposed() Matrix {
	m.Rows, m.Columns, m.RowStride, m.ColumnStride = m.Columns, m.Rows, m.ColumnStride, m.RowStride
	return m
}

func (m Matrix) part(i0, i1, j0, j1, step int) Matrix {
	m.Offset += i0*m.RowStride + j0*m.ColumnStride
	m.Rows, m.Columns, m.ColumnStride = i1-i0, ceilDiv(j1-j0, step), m.ColumnStride*step
	return m
}

func (m Matrix64) rows() int    { return m.Rows }
func (m Matrix64) columns() int { return m.Columns }

func (m Matrix64) transposed() Matrix64 {
	m.Rows, m.Columns, m.RowStride, m.ColumnStride = m.Columns, m.Rows, m.ColumnStride, m.RowStride
	return m
}

func (m Matrix64) part(i0, i1, j0, j1, step int) Matrix64 {
	m.Offset += i0*m.RowStride + j0*m.ColumnStride
	m.Rows, m.Columns, m.ColumnStride = i1-i0, ceilDiv(j1-j0, step), m.ColumnStride*step
	return m
}

// parts takes the same part of every matrix.
func parts[M block[M]](of []M, i0, i1, j0, j1, step int) []M {
	out := make([]M, len(of))
	for z, m := range of {
		out[z] = m.part(i0, i1, j0, j1, step)
	}
	return out
}

// batchProduct is BatchMatMul or BatchMatMul64.
type batchProduct[T float, M any] func(workers int, dst []T, a, b []M, order bf16.DotOrder)

// multiplyInOrder computes a batch of products of which regions may accumulate in orders of their own: the regions one
// after the other, those that are not all of the product by way of a copy.
func multiplyInOrder[T float, M block[M]](workers int, dst []T, a, b []M, order ops.ProductOrder, multiply batchProduct[T, M]) {
	if len(a) == 0 {
		return
	}
	rows, columns := a[0].rows(), b[0].columns()
	regions := order.Regions(rows, columns)
	if len(regions) == 1 {
		multiplyChains(workers, dst, a, b, regions[0].Order, multiply)
		return
	}
	for _, x := range regions {
		height, width := x.I1-x.I0, x.J1-x.J0
		part := make([]T, len(a)*height*width)
		left, right := parts(a, x.I0, x.I1, 0, a[0].columns(), 1), parts(b, 0, b[0].rows(), x.J0, x.J1, 1)
		multiplyChains(workers, part, left, right, x.Order, multiply)
		for z := range a {
			for i := range height {
				copy(dst[(z*rows+x.I0+i)*columns+x.J0:], part[(z*height+i)*width:][:width])
			}
		}
	}
}

// multiplyChains computes a batch of products in one order. What the kernels do not know, a rest that is a block of its own
// and lanes folded by halves, is put together from several products.
func multiplyChains[T float, M block[M]](workers int, dst []T, a, b []M, order bf16.DotOrder, multiply batchProduct[T, M]) {
	k := a[0].columns()
	body, rest := order.WithoutRest()
	switch depth := order.Depth(k); {
	case depth == 0 && k > 0:
		multiplyLanes(workers, dst, a, b, rest, multiply)
	case depth == k:
		multiplyLanes(workers, dst, a, b, body, multiply)
	default:
		left, right := columnsOf(a, 0, depth, 1), rowsOf(b, 0, depth, 1)
		multiplyLanes(workers, dst, left, right, body, multiply)
		tail := make([]T, len(dst))
		left, right = columnsOf(a, depth, k, 1), rowsOf(b, depth, k, 1)
		multiplyLanes(workers, tail, left, right, rest, multiply)
		addTo(dst, tail)
	}
}

// multiplyLanes computes a batch of products in an order without a rest. Lanes folded by halves are products of their own;
// the order has one block then.
func multiplyLanes[T float, M block[M]](workers int, dst []T, a, b []M, order bf16.DotOrder, multiply batchProduct[T, M]) {
	k := a[0].columns()
	if !order.Halves || order.Lanes <= 1 {
		multiply(workers, dst, a, b, order)
		return
	}
	if order.Block > 0 && order.Block < k {
		panic("cpu: lanes folded by halves in more than one block")
	}
	lanes := make([][]T, order.Lanes)
	chain := order
	chain.Block, chain.Lanes, chain.Halves = 0, 0, false
	for l := range lanes {
		lanes[l] = make([]T, len(dst))
		if l < k {
			multiply(workers, lanes[l], columnsOf(a, l, k, len(lanes)), rowsOf(b, l, k, len(lanes)), chain)
		}
	}
	for half := len(lanes) / 2; half > 0; half /= 2 {
		for l := range half {
			addTo(lanes[l], lanes[l+half])
		}
	}
	copy(dst, lanes[0])
}

// columnsOf takes columns j0, j0 + step, ... < j1 of left operands, rowsOf rows of right operands.
func columnsOf[M block[M]](of []M, j0, j1, step int) []M {
	return parts(of, 0, of[0].rows(), j0, j1, step)
}

func rowsOf[M block[M]](of []M, i0, i1, step int) []M {
	out := make([]M, len(of))
	for z, m := range of {
		out[z] = m.transposed().part(0, m.columns(), i0, i1, step).transposed()
	}
	return out
}

func addTo[T float](dst, x []T) {
	for i, v := range x {
		dst[i] += v
	}
}
