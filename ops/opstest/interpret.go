// Package opstest holds what every backend has to agree with: an interpreter that carries out a plan equation by equation
// with the plain Go definitions, and a suite that compares a backend with it bit by bit.
package opstest

import (
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// Interpret carries out a plan with the definitions of package ops, one whole equation after the other, and returns every
// value by identifier. Floating-point values are kept widened. load gives the inputs of the graph.
func Interpret(g *ops.Graph, plan *ops.Plan, load func(*ops.Value) *ops.Tensor) []*ops.Tensor {
	return seen(g, plan, interpret(g, plan, load, nil))
}

// Kept is [Interpret] for values as a plan keeps them, before a probe rounds what it shows.
func Kept(g *ops.Graph, plan *ops.Plan, load func(*ops.Value) *ops.Tensor) []*ops.Tensor {
	return interpret(g, plan, load, nil)
}

// interpret returns the values as they are kept. Results that the plan imposes, and operands that it takes from there, are
// those of reference, the values that another plan keeps; nil for the reference itself.
func interpret(g *ops.Graph, plan *ops.Plan, load func(*ops.Value) *ops.Tensor, reference []*ops.Tensor) []*ops.Tensor {
	values := make([]*ops.Tensor, g.NumValues())
	for _, v := range g.Inputs {
		values[v.ID] = load(v)
	}
	for _, n := range g.Nodes {
		np := &plan.Nodes[n.Index]
		if np.Imposed {
			for _, v := range n.Out {
				values[v.ID] = reference[v.ID]
			}
			continue
		}
		if np.Alias {
			values[n.Out[0].ID] = source(np, 0, values, reference)[n.In[0].Value.ID]
			continue
		}
		in := make([]*ops.Tensor, len(n.In))
		for i, o := range n.In {
			in[i] = operand(o, np, i, source(np, i, values, reference))
		}
		out := make([]*ops.Tensor, len(n.Out))
		for i, v := range n.Out {
			out[i] = ops.NewTensor(v.Shape, np.Arithmetic(v.DType))
			values[v.ID] = out[i]
		}
		ops.Evaluate(n.Primitive, ops.NewContext(n.Params, np), out, in)
	}
	return values
}

// source returns the values that an equation takes operand i from.
func source(plan *ops.NodePlan, i int, values, reference []*ops.Tensor) []*ops.Tensor {
	if reference != nil && plan.FromReference[min(i, len(plan.FromReference)-1)] {
		return reference
	}
	return values
}

// seen returns values as a probe sees them.
func seen(g *ops.Graph, plan *ops.Plan, values []*ops.Tensor) []*ops.Tensor {
	out := slices.Clone(values)
	for _, n := range g.Nodes {
		if f := plan.Nodes[n.Index].Shown; f != (bf16.Format{}) {
			v := n.Out[0]
			out[v.ID] = shown(values[v.ID], f)
		}
	}
	return out
}

// shown returns a float32 copy of a value that is kept unrounded, in the format in which it is to be seen.
func shown(t *ops.Tensor, f bf16.Format) *ops.Tensor {
	out := ops.NewTensor(t.Shape, ops.StoreFloat32)
	copy(out.F32, t.F32)
	for k, v := range t.F64 {
		out.F32[k] = float32(v)
	}
	ops.RoundTo(f, out)
	return out
}

// operand returns a copy of an operand, widened to the storage of the plan and rounded if it asks for that.
func operand(o ops.Operand, plan *ops.NodePlan, i int, values []*ops.Tensor) *ops.Tensor {
	if o.Value == nil {
		return ops.LiteralTensor(o, plan)
	}
	t := values[o.Value.ID]
	out := ops.NewTensor(t.Shape, plan.Operand(i, o.DType))
	switch {
	case out.F64 != nil && t.F32 != nil:
		for k, v := range t.F32 {
			out.F64[k] = float64(v)
		}
	case out.F32 != nil && t.F64 != nil:
		for k, v := range t.F64 {
			out.F32[k] = float32(v)
		}
	default:
		copy(out.F32, t.F32)
		copy(out.F64, t.F64)
		copy(out.I32, t.I32)
		copy(out.Bool, t.Bool)
	}
	if f := plan.Operands[min(i, len(plan.Operands)-1)]; f != (bf16.Format{}) {
		ops.RoundTo(f, out)
	}
	return out
}
