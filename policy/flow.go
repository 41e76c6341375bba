package policy

import "bf16lab/ops"

// flow follows results of equations to those that read them.
type flow struct {
	readers [][]*ops.Node // by value
	outputs map[*ops.Value]bool
}

func newFlow(g *ops.Graph) *flow {
	f := &flow{readers: g.Consumers(), outputs: map[*ops.Value]bool{}}
	for _, o := range g.Outputs {
		f.outputs[o.Value] = true
	}
	return f
}

// isReadBy tells whether an equation of a primitive reads a result of n, directly or through moves and casts that widen.
func (f *flow) isReadBy(n *ops.Node, p ops.Primitive) bool {
	for _, v := range n.Out {
		for _, r := range f.readers[v.ID] {
			if r.Primitive == p || passes(r) && f.isReadBy(r, p) {
				return true
			}
		}
	}
	return false
}

// isCastOf tells whether n casts the result of a primitive, perhaps after moves.
func (f *flow) isCastOf(n *ops.Node, p ops.Primitive) bool {
	if n.Primitive != ops.ConvertElementTypePrimitive {
		return false
	}
	for n != nil && (n.Primitive == ops.ConvertElementTypePrimitive || passes(n)) {
		n = n.In[0].Value.Node
	}
	return n != nil && n.Primitive == p
}

// leaves tells whether something outside of the function of n's module reads a result of n, or the graph hands it out.
func (f *flow) leaves(n *ops.Node) bool {
	for _, v := range n.Out {
		if f.outputs[v] {
			return true
		}
		for _, r := range f.readers[v.ID] {
			if r.Function != n.Function || r.Module != n.Module {
				return true
			}
		}
	}
	return false
}

// isReadIn tells whether only equations of a function in n's module read the results of n.
func (f *flow) isReadIn(n *ops.Node, function string) bool {
	for _, v := range n.Out {
		for _, r := range f.readers[v.ID] {
			if r.Function != function || r.Module != n.Module {
				return false
			}
		}
	}
	return true
}

// passes tells whether an equation hands on what it reads: it moves data, takes the larger of two, or widens.
func passes(n *ops.Node) bool {
	if n.Primitive == ops.ConvertElementTypePrimitive {
		return n.Out[0].DType == ops.Float32
	}
	return n.Primitive.Moves()
}
