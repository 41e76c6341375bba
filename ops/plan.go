package ops

import "bf16lab/bf16"

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
	// Output is the format of every floating-point result, and the format it is kept in.
	Output bf16.Format
	// Round says whether results have to be rounded to Output, to nearest even; it is false where they fit already, as
	// those of primitives that only move data do.
	Round bool
	// Operands are formats that operands are rounded to on the way in; the zero format leaves an operand as it is.
	Operands [3]bf16.Format
	// Literal is the format that literals of the compute type are rounded to.
	Literal bf16.Format
	// Double computes and stores floating-point values in float64 instead of float32.
	Double bool
	// Flush replaces subnormal operands and results of arithmetic by zeros of the same sign.
	Flush bool
	// Reciprocal turns a division into a product with the rounded reciprocal of the divisor.
	Reciprocal bool
	// Dot and Sum are the accumulation orders of products and sums.
	Dot bf16.DotOrder
	Sum bf16.SumOrder
	// Functions names the set of elementary functions (package ops/elementary).
	Functions string
}

// Storage returns how a value of the given dtype is kept under the plan of the equation that makes it.
func (p *NodePlan) Storage(t DType) Storage {
	switch {
	case t == Bool:
		return StoreBool
	case t == Int32:
		return StoreInt32
	case p.Double:
		return StoreFloat64
	case p.Output == bf16.BFloat16:
		return StoreBFloat16
	}
	return StoreFloat32
}
