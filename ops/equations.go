package ops

import (
	"fmt"

	"bf16lab/bf16"
)

// Jaxpr is a graph written out for one compute type, as JAX would print it.
type Jaxpr struct {
	Compute   DType
	Inputs    []Variable
	Equations []Equation
	Outputs   []Result
}

// Equation is a line of a [Jaxpr].
type Equation struct {
	Node *Node
	In   []Atom
	Out  []Variable
}

// Variable is a named value with its resolved dtype.
type Variable struct {
	Name  string
	DType DType
	Shape Shape
}

// Atom is an operand of an equation: a variable, or a literal where Name is empty.
type Atom struct {
	Variable
	Literal float64 // rounded to DType
}

// Result is a named result of a graph and the variable that holds it.
type Result struct {
	Name     string
	Variable Variable
}

// Equations writes a graph out for a compute type, [BFloat16] or any other float type.
//
// [Compute] becomes that type, and converts that do nothing then vanish: their operand takes the place of their result.
// Inputs keep their names; results are called v0, v1, ... in the order of the equations. Literals are rounded to their
// type, to nearest even.
func Equations(g *Graph, compute DType) *Jaxpr {
	if !compute.IsFloat() || compute == Compute {
		panic(fmt.Sprintf("ops: equations for compute type %v", compute))
	}
	j := &Jaxpr{Compute: compute}
	known := make([]Variable, g.NumValues())
	for _, v := range g.Inputs {
		known[v.ID] = Variable{Name: v.Input.Name(), DType: v.DType.Resolve(compute), Shape: v.Shape}
		j.Inputs = append(j.Inputs, known[v.ID])
	}
	results := 0
	for _, n := range g.Nodes {
		if redundant(n, compute) {
			known[n.Out[0].ID] = known[n.In[0].Value.ID]
			continue
		}
		e := Equation{Node: n}
		for _, in := range n.In {
			e.In = append(e.In, atom(in, known, compute))
		}
		for _, v := range n.Out {
			known[v.ID] = Variable{Name: fmt.Sprintf("v%d", results), DType: v.DType.Resolve(compute), Shape: v.Shape}
			results++
			e.Out = append(e.Out, known[v.ID])
		}
		j.Equations = append(j.Equations, e)
	}
	for _, out := range g.Outputs {
		j.Outputs = append(j.Outputs, Result{Name: out.Name, Variable: known[out.Value.ID]})
	}
	return j
}

// redundant tells whether a node converts a value to the type that it has.
func redundant(n *Node, compute DType) bool {
	return n.Primitive == ConvertElementTypePrimitive && n.In[0].DType.Resolve(compute) == n.Out[0].DType.Resolve(compute)
}

func atom(in Operand, known []Variable, compute DType) Atom {
	if in.Value != nil {
		return Atom{Variable: known[in.Value.ID]}
	}
	t := in.DType.Resolve(compute)
	return Atom{Variable: Variable{DType: t}, Literal: roundLiteral(in.Literal, t)}
}

// roundLiteral rounds a literal to a type by way of float32, as JAX does for the types narrower than that.
func roundLiteral(x float64, t DType) float64 {
	switch t {
	case BFloat16:
		return bf16.BFloat16.Round64(float64(float32(x)))
	case Float16:
		return bf16.Float16.Round64(float64(float32(x)))
	case Float32:
		return float64(float32(x))
	}
	return x
}
