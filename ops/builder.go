package ops

import (
	"fmt"
	"strconv"
	"strings"
)

// Builder traces a model into a graph.
//
// Every method that appends an equation panics with a message that names the call path when shapes or dtypes do not fit:
// that is a mistake in the model's code, not in anybody's data.
type Builder struct {
	graph    *Graph
	path     []string
	module   []string
	function []string
	names    map[string]int // how often a module name was used under a parent, for haiku's numbering
	taps     map[string]int
	inputs   map[string]*Value
}

// NewBuilder returns a builder of an empty graph.
func NewBuilder() *Builder {
	return &Builder{graph: &Graph{}, names: map[string]int{}, taps: map[string]int{}, inputs: map[string]*Value{}}
}

// Graph returns the graph built so far.
func (b *Builder) Graph() *Graph { return b.graph }

// Arg is what an equation takes: a *Value or a Scalar.
type Arg interface{ operand(like DType) Operand }

// Scalar is a literal. It takes the dtype of the operand beside it, as Python scalars do in JAX.
type Scalar float64

func (s Scalar) operand(like DType) Operand { return Operand{Literal: float64(s), DType: like} }

func (v *Value) operand(DType) Operand { return Operand{Value: v, DType: v.DType} }

// Typed is a literal with a dtype of its own, for equations that have no other operand.
type Typed struct {
	Value float64
	DType DType
}

func (t Typed) operand(DType) Operand { return Operand{Literal: t.Value, DType: t.DType} }

// Module runs f inside a haiku module and taps what it returns under the module's path.
//
// The first module of a name under a parent keeps the name, the next ones are called name_1, name_2, ...
func (b *Builder) Module(name string, f func() *Value) *Value {
	var out *Value
	b.ModuleScope(name, func() {
		out = f()
		b.Tap("", out)
	})
	return out
}

// ModuleScope runs f inside a haiku module whose result is not a single array and therefore not tapped.
func (b *Builder) ModuleScope(name string, f func()) {
	parent := b.ModulePath()
	key := parent + "/" + name
	count := b.names[key]
	b.names[key]++
	if count > 0 {
		name += "_" + strconv.Itoa(count)
	}
	b.push(&b.path, name, func() { b.push(&b.module, name, f) })
}

// NameScope runs f under haiku's name_scope: it enters the module path of parameters but not JAX's name stack.
func (b *Builder) NameScope(name string, f func()) { b.push(&b.module, name, f) }

// Named runs f under jax.named_scope: it enters the path but not the module path. The name may hold several elements.
func (b *Builder) Named(name string, f func()) { b.push(&b.path, name, f) }

// Function runs f inside a named function of the module, such as gelu; it enters neither path.
func (b *Builder) Function(name string, f func() *Value) *Value {
	var out *Value
	b.push(&b.function, name, func() { out = f() })
	return out
}

func (b *Builder) push(stack *[]string, name string, f func()) {
	*stack = append(*stack, name)
	f()
	*stack = (*stack)[:len(*stack)-1]
}

// Path returns JAX's name stack, elements joined by slashes.
func (b *Builder) Path() string { return strings.Join(b.path, "/") }

// ModulePath returns the haiku module path.
func (b *Builder) ModulePath() string { return strings.Join(b.module, "/") }

// Tap watches v under the current module path, with a suffix of the form ":gelu" or none. A name that was used before
// gets #1, #2, ... as in the reference runs.
func (b *Builder) Tap(suffix string, v *Value) {
	name := b.ModulePath() + suffix
	count := b.taps[name]
	b.taps[name]++
	if count > 0 {
		name += "#" + strconv.Itoa(count)
	}
	b.graph.Taps = append(b.graph.Taps, Tap{Name: name, Value: v})
}

// Output names v as a result of the graph and taps it under out/name.
func (b *Builder) Output(name string, v *Value) {
	b.graph.Outputs = append(b.graph.Outputs, Output{Name: name, Value: v})
	b.graph.Taps = append(b.graph.Taps, Tap{Name: "out/" + name, Value: v})
}

// Parameter returns the parameter of the current module as it is stored, in float32. Asking twice gives the same value.
func (b *Builder) Parameter(leaf string, shape ...int) *Value {
	return b.input(Input{Kind: Parameter, Module: b.ModulePath(), Leaf: leaf}, Float32, shape)
}

// State returns a state tensor of the current module as it is stored, in float32.
func (b *Builder) State(leaf string, shape ...int) *Value {
	return b.input(Input{Kind: State, Module: b.ModulePath(), Leaf: leaf}, Float32, shape)
}

// Argument returns an input that is given at each call, such as the one-hot sequence.
func (b *Builder) Argument(name string, dtype DType, shape ...int) *Value {
	return b.input(Input{Kind: Argument, Leaf: name}, dtype, shape)
}

// Constant returns an input that is known at trace time; data is []float32, []int32 or []bool in row-major order.
func (b *Builder) Constant(name string, data any, shape ...int) *Value {
	var dtype DType
	var size int
	switch d := data.(type) {
	case []float32:
		dtype, size = Float32, len(d)
	case []int32:
		dtype, size = Int32, len(d)
	case []bool:
		dtype, size = Bool, len(d)
	default:
		panic(fmt.Sprintf("ops: constant %s: data of type %T", name, data))
	}
	if size != Shape(shape).Size() {
		panic(fmt.Sprintf("ops: constant %s: %d elements for shape %v", name, size, Shape(shape)))
	}
	return b.input(Input{Kind: Constant, Leaf: name, Data: data}, dtype, shape)
}

func (b *Builder) input(in Input, dtype DType, shape Shape) *Value {
	name := in.Name()
	if v := b.inputs[name]; v != nil {
		if !v.Shape.Equal(shape) || v.Input.Kind != in.Kind {
			panic(fmt.Sprintf("ops: input %s: asked for as %v, known as %v", name, shape, v.Shape))
		}
		return v
	}
	v := b.value(dtype, shape, nil)
	v.Input = &in
	b.inputs[name] = v
	b.graph.Inputs = append(b.graph.Inputs, v)
	return v
}

func (b *Builder) value(dtype DType, shape Shape, node *Node) *Value {
	v := &Value{ID: b.graph.values, DType: dtype, Shape: append(Shape{}, shape...), Node: node}
	b.graph.values++
	return v
}

// apply appends an equation with one result.
func (b *Builder) apply(p Primitive, params any, in []Operand, dtype DType, shape Shape) *Value {
	n := b.node(p, params, in)
	v := b.value(dtype, shape, n)
	n.Out = []*Value{v}
	return v
}

func (b *Builder) node(p Primitive, params any, in []Operand) *Node {
	n := &Node{
		Index: len(b.graph.Nodes), Primitive: p, In: in, Params: params,
		Path: b.Path(), Module: b.ModulePath(),
	}
	if len(b.function) > 0 {
		n.Function = b.function[len(b.function)-1]
	}
	b.graph.Nodes = append(b.graph.Nodes, n)
	return n
}

// fail panics with a message that names the primitive and the call path.
func (b *Builder) fail(p Primitive, format string, args ...any) {
	panic(fmt.Sprintf("ops: %s at %s: %s", p, b.Path(), fmt.Sprintf(format, args...)))
}

// require panics unless the condition holds.
func (b *Builder) require(ok bool, p Primitive, format string, args ...any) {
	if !ok {
		b.fail(p, format, args...)
	}
}
