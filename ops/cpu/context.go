package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
)

// newContext returns what the definition of an equation is given under a plan.
func newContext(params any, plan *ops.NodePlan) *ops.Context {
	c := &ops.Context{Params: params, Plan: plan}
	if plan.Functions != "" {
		c.Functions = functionSets[plan.Functions]
		if c.Functions == nil {
			panic("cpu: unknown set of elementary functions " + plan.Functions)
		}
	}
	return c
}

// functionSets holds the elementary functions of float32 by the name of their set. Double plans use elementary.Float64
// whatever the set.
var functionSets = map[string]*elementary.Set{
	elementary.XLACPU.Name: &elementary.XLACPU,
	elementary.Exact.Name:  &elementary.Exact,
	"float64":              &elementary.Exact,
}

// literalTensor returns a literal operand as a scalar tensor, rounded to its dtype.
func literalTensor(o ops.Operand, plan *ops.NodePlan) *ops.Tensor {
	switch o.DType {
	case ops.Int32:
		return &ops.Tensor{I32: []int32{int32(o.Literal)}}
	case ops.Bool:
		return &ops.Tensor{Bool: []bool{o.Literal != 0}}
	}
	format := bf16.Float32
	switch {
	case o.DType == ops.Compute:
		format = plan.Literal
	case o.DType == ops.Float16:
		format = bf16.Float16
	case plan.Double:
		format = bf16.Float64
	}
	x := format.Round64(o.Literal)
	if plan.Double {
		return &ops.Tensor{F64: []float64{x}}
	}
	return &ops.Tensor{F32: []float32{float32(x)}}
}

// arithmeticStorage returns how floating-point operands are laid out for a definition under a plan; other storages stay.
func arithmeticStorage(s ops.Storage, double bool) ops.Storage {
	switch s {
	case ops.StoreFloat32, ops.StoreFloat64, ops.StoreBFloat16:
		if double {
			return ops.StoreFloat64
		}
		return ops.StoreFloat32
	}
	return s
}

// decode writes t into dst, whose storage is an arithmetic one; a float64 is rounded to float32 if it has to be.
func decode(dst, t *ops.Tensor) {
	switch {
	case dst.F32 != nil && t.BF16 != nil:
		bf16.DecodeBFloat16(dst.F32, t.BF16)
	case dst.F32 != nil && t.F32 != nil:
		copy(dst.F32, t.F32)
	case dst.F32 != nil && t.F64 != nil:
		for i, v := range t.F64 {
			dst.F32[i] = float32(v)
		}
	case dst.F64 != nil && t.F32 != nil:
		for i, v := range t.F32 {
			dst.F64[i] = float64(v)
		}
	case dst.F64 != nil && t.BF16 != nil:
		for i, v := range t.BF16 {
			dst.F64[i] = float64(bf16.FromBFloat16(v))
		}
	case dst.F64 != nil:
		copy(dst.F64, t.F64)
	case dst.I32 != nil:
		copy(dst.I32, t.I32)
	case dst.Bool != nil:
		copy(dst.Bool, t.Bool)
	}
}

// encode writes an arithmetic tensor, already rounded, into dst, which may be narrower.
func encode(dst, t *ops.Tensor) {
	if dst.BF16 != nil {
		bf16.EncodeBFloat16(dst.BF16, t.F32)
		return
	}
	decode(dst, t)
}
