package cpu

import (
	"encoding/binary"

	"bf16lab/ops"
)

// classes numbers what is computed: two plans that carry out an equation in the same way on operands of the same classes
// get the same class for its results, and the result is computed once.
type classes struct {
	plans map[ops.NodePlan]int
	known map[string]int
	count int
}

func newClasses() *classes {
	return &classes{plans: map[ops.NodePlan]int{}, known: map[string]int{}}
}

// input returns the class of a graph input.
func (c *classes) input(v *ops.Value) int {
	return c.intern(binary.AppendUvarint([]byte{'i'}, uint64(v.ID)), 1)
}

// node returns the class of the first result of an equation; the others follow it.
func (c *classes) node(n *ops.Node, plan *ops.NodePlan, in []int) int {
	known := *plan
	known.FromReference = [3]bool{} // the classes of the operands say where they come from
	id, ok := c.plans[known]
	if !ok {
		id = len(c.plans)
		c.plans[known] = id
	}
	key := binary.AppendUvarint([]byte{'n'}, uint64(n.Index))
	key = binary.AppendUvarint(key, uint64(id))
	for _, x := range in {
		key = binary.AppendUvarint(key, uint64(x))
	}
	return c.intern(key, len(n.Out))
}

func (c *classes) intern(key []byte, results int) int {
	if class, ok := c.known[string(key)]; ok {
		return class
	}
	class := c.count
	c.known[string(key)] = class
	c.count += results
	return class
}

// assign returns the class of every value under each plan, by value identifier; -1 where a value is not computed.
func assign(g *ops.Graph, plans []*ops.Plan) (of classTable, count int) {
	c := newClasses()
	of = make(classTable, len(plans))
	for p, plan := range plans {
		class := make([]int, g.NumValues())
		for _, v := range g.Inputs {
			class[v.ID] = c.input(v)
		}
		of[p] = class
		for _, n := range g.Nodes {
			np := &plan.Nodes[n.Index]
			if np.Imposed {
				for _, v := range n.Out {
					class[v.ID] = of[0][v.ID]
				}
				continue
			}
			if np.Alias {
				class[n.Out[0].ID] = of.operand(p, np, n, 0)
				continue
			}
			var in []int
			for i, o := range n.In {
				if o.Value != nil {
					in = append(in, of.operand(p, np, n, i))
				}
			}
			first := c.node(n, np, in)
			for i, v := range n.Out {
				class[v.ID] = first + i
			}
		}
	}
	return of, c.count
}

// classTable holds the class of every value, by plan and value identifier.
type classTable [][]int

// operand returns the class of operand i of an equation as a plan carries it out: of the plan's own value, or of the
// reference's.
func (t classTable) operand(plan int, np *ops.NodePlan, n *ops.Node, i int) int {
	if np.FromReference[min(i, len(np.FromReference)-1)] {
		plan = 0
	}
	return t[plan][n.In[i].Value.ID]
}
