package ops

import (
	"bf16lab/bf16"
	"bf16lab/ops/elementary"
)

// Context is what the definition of a primitive is given besides its operands.
type Context struct {
	Params    any
	Plan      *NodePlan
	Functions *elementary.Set
}

// NewContext returns what the definition of an equation is given under a plan.
func NewContext(params any, plan *NodePlan) *Context {
	c := &Context{Params: params, Plan: plan}
	if plan.Functions != "" {
		c.Functions = functionSets[plan.Functions]
		if c.Functions == nil {
			panic("ops: unknown set of elementary functions " + plan.Functions)
		}
	}
	return c
}

// functionSets holds the elementary functions of float32 by the name of their set. Double plans use elementary.Float64
// whatever the set.
var functionSets = map[string]*elementary.Set{
	elementary.XLACPU.Name:      &elementary.XLACPU,
	elementary.XLACPUFused.Name: &elementary.XLACPUFused,
	elementary.Exact.Name:       &elementary.Exact,
	"float64":                   &elementary.Exact,
}

// LiteralTensor returns a literal operand as a scalar tensor, rounded to its dtype; formats narrower than float32 are reached by
// way of float32, as in JAX.
func LiteralTensor(o Operand, plan *NodePlan) *Tensor {
	switch o.DType {
	case Int32:
		return &Tensor{I32: []int32{int32(o.Literal)}}
	case Bool:
		return &Tensor{Bool: []bool{o.Literal != 0}}
	}
	format := bf16.Float32
	switch {
	case o.DType == Compute:
		format = plan.Literal
	case o.DType == BFloat16:
		format = bf16.BFloat16
	case o.DType == Float16:
		format = bf16.Float16
	case plan.Double:
		format = bf16.Float64
	}
	x := o.Literal
	if format != bf16.Float64 {
		x = format.Round64(float64(float32(x)))
	}
	if plan.Double {
		return &Tensor{F64: []float64{x}}
	}
	return &Tensor{F32: []float32{float32(x)}}
}
