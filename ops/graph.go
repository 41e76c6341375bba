package ops

// Graph is a traced program: equations in execution order over values that are inputs or results of earlier equations.
type Graph struct {
	Inputs  []*Value
	Nodes   []*Node
	Outputs []Output
	Taps    []Tap // in execution order
	values  int
}

// Value is a tensor that flows through the graph: an input or a result of an equation.
type Value struct {
	ID    int // dense, unique in the graph
	DType DType
	Shape Shape
	Node  *Node // the equation that computes it; nil for an input
	Input *Input
}

// InputKind says what an input of a graph is.
type InputKind uint8

// The kinds of graph inputs.
const (
	Parameter InputKind = iota // trained tensor, cast to the compute type where it is used
	State                      // running statistics; haiku's mixed precision casts them as well
	Argument                   // given at each call: the sequence, the organism
	Constant                   // known at trace time: track means, masks
)

// Input names an input of the graph.
type Input struct {
	Kind   InputKind
	Module string // haiku module path of a parameter or state; empty otherwise
	Leaf   string // name inside the module, or the name of the argument or constant
	Data   any    // of a constant: []float32, []int32 or []bool
}

// Name returns module/leaf, or the leaf alone where there is no module.
func (in *Input) Name() string {
	if in.Module == "" {
		return in.Leaf
	}
	return in.Module + "/" + in.Leaf
}

// Node is one equation: a primitive applied to operands.
type Node struct {
	Index     int
	Primitive Primitive
	In        []Operand
	Out       []*Value
	Params    any    // the primitive's parameter struct, nil where it has none
	Path      string // JAX's name stack
	Module    string // haiku module path
	Function  string // innermost function inside the module, for example gelu; empty outside of any
}

// Operand is an argument of an equation: a value of the graph or a scalar literal.
type Operand struct {
	Value   *Value  // nil for a literal
	Literal float64 // exact decimal of the source; rounded to DType where it is used
	DType   DType
}

// Shape returns the shape of the operand; a literal is a scalar.
func (o Operand) Shape() Shape {
	if o.Value == nil {
		return nil
	}
	return o.Value.Shape
}

// Output is a named result of the graph.
type Output struct {
	Name  string
	Value *Value
}

// Tap is a value that is watched under a name: a haiku module path, with a colon suffix for values inside a module.
type Tap struct {
	Name  string
	Value *Value
}

// NumValues returns the number of values of the graph; identifiers run from 0 to NumValues-1.
func (g *Graph) NumValues() int { return g.values }

// Consumers returns for each value, by identifier, the equations that read it, in execution order.
func (g *Graph) Consumers() [][]*Node {
	users := make([][]*Node, g.values)
	for _, n := range g.Nodes {
		for i, in := range n.In {
			if in.Value == nil || repeats(n.In[:i], in.Value) {
				continue
			}
			users[in.Value.ID] = append(users[in.Value.ID], n)
		}
	}
	return users
}

func repeats(in []Operand, v *Value) bool {
	for _, o := range in {
		if o.Value == v {
			return true
		}
	}
	return false
}
