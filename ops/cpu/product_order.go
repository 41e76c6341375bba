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
	// part returns rows i0 <= i < i1 and columns j0 <= j < j1.
	part(i0, i1, j0, j1 int) M
}

func (m Matrix) rows() int    { return m.Rows }
func (m Matrix) columns() int { return m.Columns }

func (m Matrix) part(i0, i1, j0, j1 int) Matrix {
	m.Offset += i0*m.RowStride + j0*m.ColumnStride
	m.Rows, m.Columns = i1-i0, j1-j0
	return m
}

func (m Matrix64) rows() int    { return m.Rows }
func (m Matrix64) columns() int { return m.Columns }

func (m Matrix64) part(i0, i1, j0, j1 int) Matrix64 {
	m.Offset += i0*m.RowStride + j0*m.ColumnStride
	m.Rows, m.Columns = i1-i0, j1-j0
	return m
}

// parts takes the same part of every matrix.
func parts[M block[M]](of []M, i0, i1, j0, j1 int) []M {
	out := make([]M, len(of))
	for z, m := range of {
		out[z] = m.part(i0, i1, j0, j1)
	}
	return out
}

// multiplyInOrder computes a batch of products of which regions may accumulate in orders of their own, by BatchMatMul or
// BatchMatMul64: the regions one after the other, those that are not all of the product by way of a copy.
func multiplyInOrder[T float, M block[M]](workers int, dst []T, a, b []M, order ops.ProductOrder, multiply func(workers int, dst []T, a, b []M, order bf16.DotOrder)) {
	if len(a) == 0 {
		return
	}
	rows, depth, columns := a[0].rows(), a[0].columns(), b[0].columns()
	regions := order.Regions(rows, columns)
	if len(regions) == 1 {
		multiply(workers, dst, a, b, regions[0].Order)
		return
	}
	for _, x := range regions {
		height, width := x.I1-x.I0, x.J1-x.J0
		part := make([]T, len(a)*height*width)
		multiply(workers, part, parts(a, x.I0, x.I1, 0, depth), parts(b, 0, depth, x.J0, x.J1), x.Order)
		for z := range a {
			for i := range height {
				copy(dst[(z*rows+x.I0+i)*columns+x.J0:], part[(z*height+i)*width:][:width])
			}
		}
	}
}
