package cpu

import "bf16lab/bf16"

// Floats is the storage of an operand: exactly one of F32 and BF16 is not nil.
type Floats struct {
	// F32 holds float32 values.
	F32 []float32
	// BF16 holds the upper halves of float32 values; they are widened exactly.
	BF16 []uint16
	// Round, unless nil, is applied in place to the operand's values on their way into a product, after widening. It
	// must treat every value by itself and keep zero; it is called from several goroutines. Tensor-core and fp8
	// policies round their operands with it.
	Round func(values []float32)
}

// Len returns the number of stored values.
func (f Floats) Len() int {
	if f.BF16 != nil {
		return len(f.BF16)
	}
	return len(f.F32)
}

// Matrix is a strided view of Rows x Columns values: element (i, j) lies at Offset + i*RowStride + j*ColumnStride of Data.
// Strides may be zero (a broadcast) or negative.
type Matrix struct {
	Data                    Floats
	Offset                  int
	RowStride, ColumnStride int
	Rows, Columns           int
}

// Matrix64 is [Matrix] for float64.
type Matrix64 struct {
	Data                    []float64
	Offset                  int
	RowStride, ColumnStride int
	Rows, Columns           int
}

// MatMul sets dst, row-major and of shape (a.Rows, b.Columns), to the matrix product of a and b:
//
//	dst[i*b.Columns+j] = bf16.Dot(order, row i of a, column j of b)
//
// bit for bit (a NaN for a NaN), whatever the number of workers, the instruction set or the strides. At most workers
// goroutines compute at the same time. dst must not overlap the operands. It panics if the shapes do not agree, a view
// leaves its data or dst is too short.
func MatMul(workers int, dst []float32, a, b Matrix, order bf16.DotOrder) {
	p, _ := newProduct32(dst, a, b, order)
	multiply(workers, []product[float32]{p})
}

// MatMul64 is [MatMul] for float64.
func MatMul64(workers int, dst []float64, a, b Matrix64, order bf16.DotOrder) {
	p, _ := newProduct64(dst, a, b, order)
	multiply(workers, []product[float64]{p})
}

// BatchMatMul computes the products a[z] b[z] as [MatMul] does. Their results follow one another in dst.
// Many small products are spread over the workers whole, large ones are cut.
func BatchMatMul(workers int, dst []float32, a, b []Matrix, order bf16.DotOrder) {
	if len(a) != len(b) {
		panic("cpu: BatchMatMul of batches of different lengths")
	}
	products := make([]product[float32], len(a))
	for z := range a {
		products[z], dst = newProduct32(dst, a[z], b[z], order)
	}
	multiply(workers, products)
}

// BatchMatMul64 is [BatchMatMul] for float64.
func BatchMatMul64(workers int, dst []float64, a, b []Matrix64, order bf16.DotOrder) {
	if len(a) != len(b) {
		panic("cpu: BatchMatMul of batches of different lengths")
	}
	products := make([]product[float64], len(a))
	for z := range a {
		products[z], dst = newProduct64(dst, a[z], b[z], order)
	}
	multiply(workers, products)
}

// operand returns m as the packers see it: lines are the rows of a left operand, the columns of a right one.
func (m Matrix) operand(left bool) operand[float32] {
	if (m.Data.F32 == nil) == (m.Data.BF16 == nil) && m.Rows*m.Columns != 0 {
		panic("cpu: exactly one of F32 and BF16 must be set")
	}
	checkView(m.Data.Len(), m.Offset, m.RowStride, m.ColumnStride, m.Rows, m.Columns)
	o := operand[float32]{wide: m.Data.F32, half: m.Data.BF16, round: m.Data.Round, offset: m.Offset}
	o.line, o.step = lineAndStep(left, m.RowStride, m.ColumnStride)
	return o
}

func (m Matrix64) operand(left bool) operand[float64] {
	checkView(len(m.Data), m.Offset, m.RowStride, m.ColumnStride, m.Rows, m.Columns)
	o := operand[float64]{wide: m.Data, offset: m.Offset}
	o.line, o.step = lineAndStep(left, m.RowStride, m.ColumnStride)
	return o
}

func lineAndStep(left bool, rowStride, columnStride int) (line, step int) {
	if left {
		return rowStride, columnStride
	}
	return columnStride, rowStride
}

// checkView panics unless every element of the view lies inside length values.
func checkView(length, offset, rowStride, columnStride, rows, columns int) {
	if rows < 0 || columns < 0 {
		panic("cpu: matrix with a negative shape")
	}
	if rows == 0 || columns == 0 {
		return
	}
	down, across := (rows-1)*rowStride, (columns-1)*columnStride
	if offset+min(down, 0)+min(across, 0) < 0 || offset+max(down, 0)+max(across, 0) >= length {
		panic("cpu: matrix view leaves its data")
	}
}
