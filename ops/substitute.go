package ops

// Substitute adds an input to the graph that takes the place of a value: later equations read the input, while taps and
// outputs keep the value that is computed. It returns the input, whose dtype and shape are those of the value.
func (g *Graph) Substitute(v *Value, leaf string) *Value {
	in := &Value{ID: g.values, DType: v.DType, Shape: v.Shape, Input: &Input{Kind: Argument, Leaf: leaf}}
	g.values++
	g.Inputs = append(g.Inputs, in)
	for _, n := range g.Nodes {
		for i := range n.In {
			if n.In[i].Value == v {
				n.In[i].Value = in
			}
		}
	}
	return in
}
