package cpu

import "bf16lab/ops"

// Operations returns how many floating-point operations the products and convolutions of the program take under its first
// plan: two for each product of two elements that enters a sum.
func (p *Program) Operations() float64 {
	total := 0.0
	for _, stage := range p.stages {
		for _, s := range stage.steps() {
			for _, u := range s.units {
				for _, n := range u.nodes {
					total += operations(n)
				}
			}
		}
	}
	return total
}

// operations is the share of one equation, 0 for anything but a product.
func operations(n *ops.Node) float64 {
	switch p := n.Params.(type) {
	case ops.DotParams:
		k := 1
		for _, a := range p.LeftContracting {
			k *= n.In[0].Shape()[a]
		}
		return 2 * float64(n.Out[0].Shape.Size()) * float64(k)
	case ops.ConvParams:
		w := n.In[1].Shape()
		return 2 * float64(n.Out[0].Shape.Size()) * float64(w[0]*w[1])
	}
	return 0
}
