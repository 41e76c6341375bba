package ops

import (
	"slices"

	"bf16lab/bf16"
)

// Plan says for every equation of a graph how it is carried out. It has one NodePlan per equation.
type Plan struct {
	Name  string
	Nodes []NodePlan
}

// NodePlan says how one equation is carried out. It is comparable: two plans that agree on an equation and on everything
// before it compute the same bits there.
type NodePlan struct {
	// Alias means that the result is the first operand itself: a conversion to the format it has already.
	Alias bool
	// Imposed takes the results from the reference, the first of the plans that run together, instead of computing them.
	Imposed bool
	// FromReference takes operands from the reference instead of from this plan, the last one for all further operands: what
	// the equation adds to their errors is then all that its results are off by. In the reference itself it changes nothing.
	FromReference [3]bool
	// Output is the format of every floating-point result, and the format it is kept in.
	Output bf16.Format
	// Round says whether results have to be rounded to Output, to nearest even; it is false where they fit already, as
	// those of primitives that only move data do.
	Round bool
	// Shown is the format in which a probe sees results that are kept unrounded for some of their readers; the zero format
	// shows them as they are kept.
	Shown bf16.Format
	// Exact keeps a float32 product (or quotient by way of a reciprocal) exactly, in float64, for a sum that fuses it.
	Exact bool
	// Fused takes operand Fused-1 of a sum or difference as an exact product, so that the two operations round once; 0
	// fuses nothing.
	Fused uint8
	// Operands are formats that floating-point operands are rounded to on the way in, the last one for all further operands;
	// the zero format leaves an operand as it is.
	Operands [3]bf16.Format
	// Literal is the format that literals of the compute type are rounded to.
	Literal bf16.Format
	// Double computes and stores floating-point values in float64 instead of float32.
	Double bool
	// Flush replaces subnormal results of arithmetic by zeros of the same sign, and FlushOperands subnormal operands,
	// where those may be subnormal.
	Flush         bool
	FlushOperands [3]bool
	// Reciprocal turns a division into a product with the rounded reciprocal of the divisor.
	Reciprocal bool
	// Dot and Sum are the accumulation orders of products and sums.
	Dot ProductOrder
	Sum bf16.SumOrder
	// Functions names the set of elementary functions (package ops/elementary).
	Functions string
	// Half says that the operand is declared bfloat16, for functions that a set computes in another way then.
	Half bool
}

// ProductOrder gives every element of a matrix product its accumulation order: Main, except for the rows from Row on
// (Bottom), the columns from Column on (Right) and where both meet (Corner). Row and Column are 0 where there is no such
// edge.
type ProductOrder struct {
	Main                  bf16.DotOrder
	Row, Column           int
	Bottom, Right, Corner bf16.DotOrder
}

// ProductRegion is a part of a matrix product in which all elements accumulate in one order: rows I0 <= i < I1, columns
// J0 <= j < J1.
type ProductRegion struct {
	I0, I1, J0, J1 int
	Order          bf16.DotOrder
}

// Regions cuts a product of rows x columns elements.
func (o ProductOrder) Regions(rows, columns int) []ProductRegion {
	row, column := rows, columns
	if o.Row > 0 {
		row = min(row, o.Row)
	}
	if o.Column > 0 {
		column = min(column, o.Column)
	}
	all := []ProductRegion{
		{0, row, 0, column, o.Main}, {0, row, column, columns, o.Right},
		{row, rows, 0, column, o.Bottom}, {row, rows, column, columns, o.Corner},
	}
	return slices.DeleteFunc(all, func(r ProductRegion) bool { return r.I0 == r.I1 || r.J0 == r.J1 })
}

// At returns the order of element (i, j).
func (o ProductOrder) At(i, j int) bf16.DotOrder {
	bottom, right := o.Row > 0 && i >= o.Row, o.Column > 0 && j >= o.Column
	switch {
	case bottom && right:
		return o.Corner
	case bottom:
		return o.Bottom
	case right:
		return o.Right
	}
	return o.Main
}

// Arithmetic returns how a value of the given dtype is laid out while an equation is carried out by its definition.
func (p *NodePlan) Arithmetic(t DType) Storage {
	if s := p.Storage(t); s != StoreBFloat16 {
		return s
	}
	return StoreFloat32
}

// Operand returns how operand i, of the given dtype, is laid out for the definition of an equation.
func (p *NodePlan) Operand(i int, t DType) Storage {
	switch {
	case t == Bool:
		return StoreBool
	case t == Int32:
		return StoreInt32
	case p.Double || int(p.Fused) == i+1:
		return StoreFloat64
	}
	return StoreFloat32
}

// Storage returns how a value of the given dtype is kept under the plan of the equation that makes it.
func (p *NodePlan) Storage(t DType) Storage {
	switch {
	case t == Bool:
		return StoreBool
	case t == Int32:
		return StoreInt32
	case p.Double || p.Exact:
		return StoreFloat64
	case p.Output == bf16.BFloat16:
		return StoreBFloat16
	}
	return StoreFloat32
}
