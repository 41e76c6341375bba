package policy

import (
	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/policy/xlacpu"
)

// jit is what XLA on a CPU changes when it compiles a whole program: roundings to bfloat16 that it leaves out, products
// and sums that it fuses, and large reductions that it hands to YNNPACK together with what feeds them. It is read off
// the graph before the equations are planned (docs/xla-cpu.md, "Under jit", whose rules are named below).
type jit struct {
	graph   *ops.Graph
	half    func(ops.DType) bool
	cpu     xlacpu.CPU
	readers [][]*ops.Node // by value: one for each operand that reads it
	outputs []bool        // by value: whether it leaves the graph

	unrounded map[operand]bool // operands that take a bfloat16 value before its rounding
	wanted    []bool           // by value: whether such an operand exists
	dropped   []bool           // by equation: a cast to bfloat16 that is left out
	fused     []bool           // by equation: part of a reduction that YNNPACK carries out
	computed  []bool           // by equation: a sum that YNNPACK carries out together with arithmetic that computes its operand
	windowed  []bool           // by equation: a sum in windows of 32
	exact     []bool           // by equation: a product that the sum which reads it does not round
	contracts []uint8          // by equation: 1 + operand that is such a product
	kept      []bool           // by value: planned to be kept unrounded
}

// operand is one operand of an equation.
type operand struct{ equation, index int }

func newJIT(g *ops.Graph, half func(ops.DType) bool, cpu xlacpu.CPU) *jit {
	values, nodes := g.NumValues(), len(g.Nodes)
	j := &jit{
		graph: g, half: half, cpu: cpu, readers: make([][]*ops.Node, values), outputs: make([]bool, values), unrounded: map[operand]bool{}, wanted: make([]bool, values),
		dropped: make([]bool, nodes), fused: make([]bool, nodes), computed: make([]bool, nodes), windowed: make([]bool, nodes), exact: make([]bool, nodes), contracts: make([]uint8, nodes),
		kept: make([]bool, values),
	}
	for _, n := range g.Nodes {
		for _, o := range n.In {
			if o.Value != nil {
				j.readers[o.Value.ID] = append(j.readers[o.Value.ID], n)
			}
		}
	}
	for _, o := range g.Outputs {
		j.outputs[o.Value.ID] = true
	}
	for _, n := range g.Nodes {
		j.reduction(n)
	}
	for _, n := range g.Nodes {
		j.conversion(n)
		j.product(n)
		j.contraction(n)
		j.pool(n)
	}
	return j
}

// alone tells whether a value has a single reader.
func (j *jit) alone(v *ops.Value) bool { return len(j.readers[v.ID]) == 1 && !j.outputs[v.ID] }

// isCast tells whether the only reader of an operand's value reads a conversion to bfloat16.
func (j *jit) isCast(o ops.Operand) bool {
	return o.Value != nil && o.Value.Node != nil && o.Value.Node.Primitive == ops.ConvertElementTypePrimitive && j.half(o.DType) && j.alone(o.Value)
}

// arithmetic tells whether a bfloat16 value is the rounded result of an operation in float32 that XLA can pass on before
// the rounding. A product of operands with more than two axes is a product of matrices and a reshape, which is in the way;
// what is made of several rounded steps has no unrounded form.
func (j *jit) arithmetic(v *ops.Value) bool {
	n := v.Node
	if n == nil || !j.half(v.DType) || n.Primitive.Moves() {
		return false
	}
	switch n.Primitive {
	case ops.ConvertElementTypePrimitive, ops.LogisticPrimitive, ops.ReduceWindowSumPrimitive:
		return false
	case ops.IntegerPowPrimitive:
		return n.Params.(ops.IntegerPowParams).Y == 2
	case ops.DotGeneralPrimitive:
		return len(n.In[0].Shape()) <= 2 && len(n.In[1].Shape()) <= 2
	}
	return true
}

// read lets an operand take the value before its rounding.
func (j *jit) read(n *ops.Node, index int) {
	v := n.In[index].Value
	if v == nil || !j.arithmetic(v) {
		return
	}
	j.unrounded[operand{n.Index, index}] = true
	j.wanted[v.ID] = true
}

// conversion lets an explicit conversion to float32 read the value before its rounding (rule 1).
func (j *jit) conversion(n *ops.Node) {
	if n.Primitive == ops.ConvertElementTypePrimitive && n.Out[0].DType == ops.Float32 && j.half(n.In[0].DType) {
		j.read(n, 0)
	}
}

// product lets a product that is formed in float32 from operands of which one or both are bfloat16 read them before their
// rounding, if they need not be transposed (rule 3).
func (j *jit) product(n *ops.Node) {
	p, ok := n.Params.(ops.DotParams)
	if !ok || n.Out[0].DType != ops.Float32 || len(p.LeftContracting) == 0 {
		return
	}
	left, right := j.half(n.In[0].DType), j.half(n.In[1].DType)
	if left && right {
		x := ops.DotView(n.In[0].Shape(), p.LeftBatch, p.LeftContracting)
		y := ops.DotView(n.In[1].Shape(), p.RightBatch, p.RightContracting)
		if !xlacpu.Widened(x.Free.Size(), y.Free.Size()) {
			return
		}
	}
	if left && isOrdered(p.LeftBatch, nil, p.LeftContracting, len(n.In[0].Shape())) {
		j.read(n, 0)
	}
	axes := len(n.In[1].Shape())
	one := axes == len(p.RightBatch)+len(p.RightContracting)+1
	if right && (isOrdered(p.RightBatch, p.RightContracting, nil, axes) || one && isOrdered(p.RightBatch, nil, p.RightContracting, axes)) {
		j.read(n, 1)
	}
}

// isOrdered tells whether the axes of an operand are first, any free ones, and last, with middle after first.
func isOrdered(first, middle, last []int, axes int) bool {
	at := 0
	for _, part := range [][]int{first, middle} {
		for _, a := range part {
			if a != at {
				return false
			}
			at++
		}
	}
	for i, a := range last {
		if a != axes-len(last)+i {
			return false
		}
	}
	return true
}

// contraction fuses a float32 product into the sum or difference that reads it (rule 4). Reductions that read it too do not
// count: XLA computes the product again in their loops. A difference fuses its first operand only.
func (j *jit) contraction(n *ops.Node) {
	if n.Primitive != ops.AddPrimitive && n.Primitive != ops.SubPrimitive || n.Out[0].DType != ops.Float32 || j.fused[n.Index] {
		return
	}
	for i, o := range n.In {
		if i > 0 && n.Primitive == ops.SubPrimitive || o.Value == nil || !j.contractible(o.Value) {
			continue
		}
		j.exact[o.Value.Node.Index] = true
		j.contracts[n.Index] = uint8(i + 1)
		return
	}
}

// contractible tells whether a value is a float32 product, or a quotient by a scalar, with one reader besides reductions.
func (j *jit) contractible(v *ops.Value) bool {
	n := v.Node
	if n == nil || v.DType != ops.Float32 || j.fused[n.Index] || j.outputs[v.ID] {
		return false
	}
	if n.Primitive != ops.MulPrimitive && (n.Primitive != ops.DivPrimitive || len(n.In[1].Shape()) > 0) {
		return false
	}
	readers := 0
	for _, r := range j.readers[v.ID] {
		if !reduces[r.Primitive] {
			readers++
		}
	}
	return readers == 1
}

var reduces = map[ops.Primitive]bool{
	ops.ReduceMaxPrimitive: true, ops.ReduceSumPrimitive: true, ops.ReduceWindowMaxPrimitive: true, ops.ReduceWindowSumPrimitive: true,
}

// operands rounds values that are kept unrounded on their way into an equation, unless it reads them so.
func (j *jit) operands(n *ops.Node, plan *ops.NodePlan) {
	for i, o := range n.In {
		if o.Value == nil || !j.kept[o.Value.ID] {
			continue
		}
		at := min(i, len(plan.Operands)-1)
		plan.Operands[at] = bf16.BFloat16
		if j.unrounded[operand{n.Index, i}] {
			plan.Operands[at] = bf16.Format{}
		}
	}
}

// results changes what becomes of the results of an equation.
func (j *jit) results(n *ops.Node, plan *ops.NodePlan) {
	if j.fused[n.Index] && n.Out[0].DType == ops.Float32 && plan.Functions == FunctionsXLACPU {
		plan.Functions = functionsFused
	}
	if p, ok := n.Params.(ops.ReduceParams); ok && plan.Sum != (bf16.SumOrder{}) {
		switch {
		case j.windowed[n.Index]:
			plan.Sum = j.cpu.WindowedSum(n.In[0].Shape(), p.Axes)
		case j.computed[n.Index]:
			plan.Sum = j.cpu.FusedSum(n.In[0].Shape(), p.Axes)
		}
	}
	if plan.Output == bf16.Float32 && plan.Round {
		plan.Exact, plan.Fused = j.exact[n.Index], j.contracts[n.Index]
		if plan.Exact {
			plan.Shown, plan.Round = bf16.Float32, false
		}
	}
	if plan.Output == bf16.BFloat16 && plan.Round && (j.wanted[n.Out[0].ID] || j.dropped[n.Index]) {
		plan.Output, plan.Round, plan.Shown = bf16.Float32, false, bf16.BFloat16
		plan.Alias = j.dropped[n.Index]
		j.kept[n.Out[0].ID] = true
	}
}

// functionsFused is the set of elementary functions inside a reduction that YNNPACK carries out.
const functionsFused = "xla-cpu-fused"
