package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"bf16lab/bf16"
	"bf16lab/ops"

	"pgregory.net/rapid"
)

// grower draws a graph of equations over small shapes, as models have them: long runs over the leading axes, reductions whose
// results are broadcast again, moves, products, now and then something that needs its whole operand.
type grower struct {
	t      *rapid.T
	b      *ops.Builder
	floats []*ops.Value
	truths []*ops.Value
	count  int
}

const largestDrawn = 2048 // elements of a drawn value

// drawGraph draws a graph of about so many equations. Every value is tapped.
func drawGraph(t *rapid.T, equations int) *ops.Graph {
	g := &grower{t: t, b: ops.NewBuilder()}
	shape := rapid.SampledFrom([]ops.Shape{{2, 6, 8}, {1, 12, 4}, {3, 4, 2, 5}, {24}, {6, 16}}).Draw(t, "shape")
	g.argument(shape)
	g.argument(shape)
	for range 3 {
		partner := slices.Clone(shape)
		for i := range partner {
			if rapid.Bool().Draw(t, "repeated") {
				partner[i] = 1
			}
		}
		g.argument(partner)
	}
	g.argument(nil)
	for len(g.b.Graph().Nodes) < equations {
		g.grow()
	}
	for _, n := range g.b.Graph().Nodes {
		for i, v := range n.Out {
			g.b.Graph().Taps = append(g.b.Graph().Taps, ops.Tap{Name: fmt.Sprintf("%d.%d %s", n.Index, i, n.Primitive), Value: v})
		}
	}
	return g.b.Graph()
}

// argument adds an input, sometimes as a parameter that is cast to the compute type.
func (g *grower) argument(shape ops.Shape) {
	g.count++
	v := g.b.Argument(fmt.Sprint("x", g.count), ops.Float32, shape...)
	if rapid.Bool().Draw(g.t, "cast") {
		v = g.b.ConvertElementType(v, ops.Compute)
	}
	g.floats = append(g.floats, v)
}

// any draws a value, mostly a recent one.
func (g *grower) any() *ops.Value {
	n := len(g.floats)
	if rapid.IntRange(0, 3).Draw(g.t, "recent") > 0 {
		return g.floats[n-1-rapid.IntRange(0, min(n, 3)-1).Draw(g.t, "back")]
	}
	return g.floats[rapid.IntRange(0, n-1).Draw(g.t, "value")]
}

// partner draws a value of x's dtype that broadcasts with x, or a literal.
func (g *grower) partner(x *ops.Value) ops.Arg {
	var fitting []*ops.Value
	for _, v := range g.floats {
		if v.DType == x.DType && fits(v.Shape, x.Shape) {
			fitting = append(fitting, v)
		}
	}
	if len(fitting) == 0 || rapid.IntRange(0, 4).Draw(g.t, "literal") == 0 {
		return ops.Scalar(rapid.SampledFrom([]float64{0, 1, -0.5, 1.702, 1e-5, 3}).Draw(g.t, "literal"))
	}
	return rapid.SampledFrom(fitting).Draw(g.t, "partner")
}

// fits tells whether two shapes broadcast to something that is not too large.
func fits(s, t ops.Shape) bool {
	if len(s) == 0 || len(t) == 0 {
		return true
	}
	if len(s) != len(t) {
		return false
	}
	size := 1
	for i := range s {
		if s[i] != t[i] && s[i] != 1 && t[i] != 1 {
			return false
		}
		size *= max(s[i], t[i])
	}
	return size <= largestDrawn
}

func (g *grower) add(v *ops.Value) {
	switch {
	case v.DType.IsFloat():
		g.floats = append(g.floats, v)
	case v.DType == ops.Bool:
		g.truths = append(g.truths, v)
	}
}

// grow appends one equation, or a few that belong together.
func (g *grower) grow() {
	kind := rapid.SampledFrom(growers).Draw(g.t, "kind")
	if v := kind(g, g.any()); v != nil {
		g.add(v)
	}
}

// growers append an equation on a value; they return nil where it does not fit.
var growers = []func(g *grower, x *ops.Value) *ops.Value{
	(*grower).unary, (*grower).unary, (*grower).binary, (*grower).binary, (*grower).binary, (*grower).convert, (*grower).choose,
	(*grower).reduce, (*grower).reduce, (*grower).normalize, (*grower).reshape, (*grower).transpose, (*grower).slice, (*grower).pad,
	(*grower).join, (*grower).broadcast, (*grower).window, (*grower).dot, (*grower).dot, (*grower).conv, (*grower).gather, (*grower).order,
	(*grower).fused,
}

func (g *grower) unary(x *ops.Value) *ops.Value {
	b := g.b
	f := rapid.SampledFrom([]func(ops.Arg) *ops.Value{
		b.Abs, b.Neg, b.Sign, b.Square, b.Exp, b.Log, b.Log1p, b.Tanh, b.Logistic, b.Rsqrt, b.Sqrt, b.Cos, b.Sin,
		func(ops.Arg) *ops.Value { return b.StopGradient(x) }, func(ops.Arg) *ops.Value { return b.IntegerPow(x, 3) },
	}).Draw(g.t, "function")
	return f(x)
}

func (g *grower) binary(x *ops.Value) *ops.Value {
	b, y := g.b, g.partner(x)
	f := rapid.SampledFrom([]func(x, y ops.Arg) *ops.Value{b.Add, b.Sub, b.Mul, b.Div, b.Max, b.Min, b.Add, b.Mul, b.Pow}).Draw(g.t, "operation")
	if rapid.Bool().Draw(g.t, "swapped") {
		return f(y, x)
	}
	return f(x, y)
}

// fused appends a product and a sum that reads it; a plan may round them once.
func (g *grower) fused(x *ops.Value) *ops.Value {
	product := g.b.Mul(x, g.partner(x))
	g.add(product)
	if rapid.Bool().Draw(g.t, "difference") {
		return g.b.Sub(product, g.partner(product))
	}
	return g.b.Add(g.partner(product), product)
}

func (g *grower) convert(x *ops.Value) *ops.Value {
	dtype := rapid.SampledFrom([]ops.DType{ops.Compute, ops.Compute, ops.Float32, ops.Float32, ops.Float16, ops.Int32}).Draw(g.t, "dtype")
	y := g.b.ConvertElementType(x, dtype)
	if dtype == ops.Int32 {
		return g.b.ConvertElementType(y, ops.Compute)
	}
	return y
}

// choose appends a comparison and what is picked by it.
func (g *grower) choose(x *ops.Value) *ops.Value {
	b, y := g.b, g.partner(x)
	compare := rapid.SampledFrom([]func(x, y ops.Arg) *ops.Value{b.Lt, b.Gt, b.Ge, b.Eq, b.Ne}).Draw(g.t, "comparison")
	which := compare(x, y)
	for _, other := range g.truths {
		if other.Shape.Equal(which.Shape) {
			which = b.And(other, which)
			break
		}
	}
	g.add(which)
	if !which.Shape.Equal(x.Shape) {
		return b.ConvertElementType(which, x.DType)
	}
	if rapid.Bool().Draw(g.t, "literal case") {
		return b.SelectN(which, ops.Scalar(0.25), x)
	}
	return b.SelectN(which, x, b.Neg(x))
}

// reduce appends a sum or maximum over neighbouring axes.
func (g *grower) reduce(x *ops.Value) *ops.Value {
	if len(x.Shape) == 0 {
		return nil
	}
	first := rapid.IntRange(0, len(x.Shape)-1).Draw(g.t, "first")
	last := rapid.IntRange(first, len(x.Shape)-1).Draw(g.t, "last")
	var axes []int
	for a := first; a <= last; a++ {
		axes = append(axes, a)
	}
	if rapid.Bool().Draw(g.t, "maximum") {
		return g.b.ReduceMax(x, axes...)
	}
	return g.b.ReduceSum(x, axes...)
}

// normalize appends x / sum(x) over the last axis, as softmax and means do.
func (g *grower) normalize(x *ops.Value) *ops.Value {
	last := len(x.Shape) - 1
	if last < 0 {
		return nil
	}
	sum := g.b.ReduceSum(x, last)
	kept := slices.Clone(x.Shape)
	kept[last] = 1
	dimensions := make([]int, last)
	for i := range dimensions {
		dimensions[i] = i
	}
	return g.b.Div(x, g.b.BroadcastInDim(sum, kept, dimensions...))
}

func (g *grower) reshape(x *ops.Value) *ops.Value {
	s := slices.Clone(x.Shape)
	if i := slices.Index(s, 1); i >= 0 && rapid.Bool().Draw(g.t, "squeeze") {
		return g.b.Squeeze(x, i)
	}
	if len(s) > 1 && rapid.Bool().Draw(g.t, "merge") {
		i := rapid.IntRange(0, len(s)-2).Draw(g.t, "axis")
		return g.b.Reshape(x, slices.Replace(s, i, i+2, s[i]*s[i+1])...)
	}
	for i, d := range s {
		if d > 3 && d%2 == 0 {
			return g.b.Reshape(x, slices.Replace(s, i, i+1, 2, d/2)...)
		}
	}
	return g.b.Reshape(x, append(s, 1)...)
}

func (g *grower) transpose(x *ops.Value) *ops.Value {
	axes := make([]int, len(x.Shape))
	for i := range axes {
		axes[i] = i
	}
	return g.b.Transpose(x, rapid.Permutation(axes).Draw(g.t, "permutation")...)
}

func (g *grower) slice(x *ops.Value) *ops.Value {
	start, limit, strides := make([]int, len(x.Shape)), slices.Clone([]int(x.Shape)), make([]int, len(x.Shape))
	for i, d := range x.Shape {
		strides[i] = 1
		if d > 2 && rapid.Bool().Draw(g.t, "cut") {
			start[i] = rapid.IntRange(0, d-1).Draw(g.t, "start")
			limit[i] = rapid.IntRange(start[i]+1, d).Draw(g.t, "limit")
			strides[i] = rapid.IntRange(1, 2).Draw(g.t, "stride")
		}
	}
	if rapid.Bool().Draw(g.t, "dense") {
		return g.b.Slice(x, start, limit)
	}
	return g.b.StridedSlice(x, start, limit, strides)
}

func (g *grower) pad(x *ops.Value) *ops.Value {
	low, high := make([]int, len(x.Shape)), make([]int, len(x.Shape))
	for i := range x.Shape {
		if rapid.IntRange(0, 2).Draw(g.t, "padded") == 0 {
			low[i], high[i] = rapid.IntRange(0, 2).Draw(g.t, "low"), rapid.IntRange(0, 2).Draw(g.t, "high")
		}
	}
	if x.Shape.Size() > largestDrawn/4 {
		return nil
	}
	return g.b.Pad(x, ops.Scalar(rapid.SampledFrom([]float64{0, 0.1, math.Inf(-1)}).Draw(g.t, "value")), low, high)
}

// join concatenates or stacks x and values of the same kind.
func (g *grower) join(x *ops.Value) *ops.Value {
	parts := []*ops.Value{x}
	for _, v := range g.floats {
		if v.DType == x.DType && v.Shape.Equal(x.Shape) && rapid.Bool().Draw(g.t, "joined") && len(parts) < 5 {
			parts = append(parts, v)
		}
	}
	if x.Shape.Size()*len(parts) > largestDrawn {
		return nil
	}
	if len(x.Shape) == 0 || rapid.Bool().Draw(g.t, "stack") {
		return g.b.Stack(rapid.IntRange(0, len(x.Shape)).Draw(g.t, "axis"), parts...)
	}
	return g.b.Concatenate(rapid.IntRange(0, len(x.Shape)-1).Draw(g.t, "axis"), parts...)
}

// broadcast repeats axes of size 1 or adds an axis.
func (g *grower) broadcast(x *ops.Value) *ops.Value {
	to, dimensions := ops.Shape{}, []int{}
	added := rapid.IntRange(-1, len(x.Shape)).Draw(g.t, "added")
	for i, d := range x.Shape {
		if i == added {
			to = append(to, 3)
		}
		if d == 1 && rapid.Bool().Draw(g.t, "repeated") {
			d = 4
		}
		dimensions = append(dimensions, len(to))
		to = append(to, d)
	}
	if added == len(x.Shape) {
		to = append(to, 3)
	}
	if to.Size() > largestDrawn {
		return nil
	}
	if rapid.IntRange(0, 5).Draw(g.t, "literal") == 0 {
		return g.b.BroadcastInDim(ops.Typed{Value: 0.3, DType: x.DType}, to)
	}
	return g.b.BroadcastInDim(x, to, dimensions...)
}

func (g *grower) window(x *ops.Value) *ops.Value {
	if len(x.Shape) != 3 || x.Shape[1]%2 != 0 {
		return nil
	}
	if rapid.Bool().Draw(g.t, "maximum") {
		return g.b.ReduceWindowMax(x, 2)
	}
	return g.b.ReduceWindowSum(x, 2)
}

// dot appends a product of x with another value or itself.
func (g *grower) dot(x *ops.Value) *ops.Value {
	y := g.any()
	var p ops.DotParams
	for i, d := range x.Shape {
		j := slices.Index(y.Shape, d)
		if j < 0 || slices.Contains(p.RightContracting, j) || slices.Contains(p.RightBatch, j) {
			continue
		}
		switch rapid.IntRange(0, 2).Draw(g.t, "axis") {
		case 0:
			p.LeftContracting, p.RightContracting = append(p.LeftContracting, i), append(p.RightContracting, j)
		case 1:
			p.LeftBatch, p.RightBatch = append(p.LeftBatch, i), append(p.RightBatch, j)
		}
	}
	left, right := ops.DotView(x.Shape, p.LeftBatch, p.LeftContracting), ops.DotView(y.Shape, p.RightBatch, p.RightContracting)
	if left.Batch.Size()*left.Free.Size()*right.Free.Size() > largestDrawn || len(left.Batch)+len(left.Free)+len(right.Free) > 5 {
		return nil
	}
	return g.b.DotGeneral(x, y, p, rapid.SampledFrom([]ops.DType{ops.Compute, ops.Float32}).Draw(g.t, "dtype"))
}

func (g *grower) conv(x *ops.Value) *ops.Value {
	if len(x.Shape) != 3 || x.Shape[2] > 16 {
		return nil
	}
	g.count++
	w := g.b.Argument(fmt.Sprint("w", g.count), ops.Float32, rapid.IntRange(1, 4).Draw(g.t, "width"), x.Shape[2], rapid.IntRange(1, 6).Draw(g.t, "columns"))
	return g.b.ConvGeneralDilated(x, g.b.ConvertElementType(w, x.DType))
}

func (g *grower) gather(x *ops.Value) *ops.Value {
	if len(x.Shape) == 0 {
		return nil
	}
	axis := rapid.IntRange(0, len(x.Shape)-1).Draw(g.t, "axis")
	var positions []int32
	for range 3 {
		positions = append(positions, int32(rapid.IntRange(-1, x.Shape[axis]).Draw(g.t, "position")))
	}
	g.count++
	indices := g.b.Constant(fmt.Sprint("i", g.count), positions, 3, 1)
	var offset []int
	for i := range len(x.Shape) - 1 {
		offset = append(offset, i+1)
	}
	return g.b.Gather(x, indices, axis, 0, offset, ops.FillOrDrop)
}

// order sorts, or takes the largest elements.
func (g *grower) order(x *ops.Value) *ops.Value {
	if len(x.Shape) == 0 {
		return nil
	}
	axis := rapid.IntRange(0, len(x.Shape)-1).Draw(g.t, "axis")
	if rapid.Bool().Draw(g.t, "sort") {
		return g.b.Sort(x, axis)
	}
	values, positions := g.b.ApproxTopK(x, rapid.IntRange(1, x.Shape[axis]).Draw(g.t, "k"), axis)
	g.add(g.b.ConvertElementType(positions, ops.Compute))
	return values
}

// drawInput makes the tensor of an input, the same for the same seed: numbers of all sizes, now and then a subnormal, an
// infinity or a NaN.
func drawInput(v *ops.Value, seed uint64) *ops.Tensor {
	if data, ok := v.Input.Data.([]int32); ok {
		return &ops.Tensor{Shape: v.Shape, I32: data}
	}
	r := rand.New(rand.NewPCG(seed, uint64(v.ID)))
	t := ops.NewTensor(v.Shape, ops.StoreFloat32)
	for i := range t.F32 {
		t.F32[i] = float32(r.NormFloat64())
		switch r.IntN(40) {
		case 0:
			t.F32[i] = float32(math.Ldexp(r.Float64()-0.5, -130))
		case 1:
			t.F32[i] = 0
		case 2:
			t.F32[i] *= 1e30
		case 3:
			if r.IntN(8) == 0 {
				t.F32[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}[r.IntN(3)]
			}
		}
	}
	return t
}

var drawnFormats = []bf16.Format{bf16.Float32, bf16.BFloat16, bf16.BFloat16, bf16.Float16, bf16.Float8E5M2, bf16.BFloat16.Flushing()}

// planner draws how a graph is carried out: anything that the planner of package policy may ask for, without its reasons.
type planner struct {
	t      *rapid.T
	double bool
	flush  bool
	set    string
	plan   *ops.Plan
}

// drawPlan draws a plan. It differs from a given one, if there is one, at few equations.
func drawPlan(t *rapid.T, g *ops.Graph, like *ops.Plan) *ops.Plan {
	p := &planner{t: t, plan: &ops.Plan{Nodes: make([]ops.NodePlan, len(g.Nodes))}}
	p.double = rapid.IntRange(0, 5).Draw(t, "double") == 0
	p.flush = rapid.Bool().Draw(t, "flush")
	p.set = rapid.SampledFrom([]string{"xla-cpu", "exact"}).Draw(t, "functions")
	if like != nil {
		p.double = like.Nodes[0].Double
	}
	for i, n := range g.Nodes {
		if like != nil && rapid.IntRange(0, 7).Draw(t, "another") > 0 {
			p.plan.Nodes[i] = like.Nodes[i]
		} else {
			p.plan.Nodes[i] = p.node(n)
		}
		if like != nil && rapid.IntRange(0, 15).Draw(t, "imposed") == 0 {
			p.plan.Nodes[i].Imposed = true
		}
	}
	for i, n := range g.Nodes {
		p.consistent(n, &p.plan.Nodes[i])
	}
	return p.plan
}

func (p *planner) node(n *ops.Node) ops.NodePlan {
	t := p.t
	format := func() bf16.Format { return rapid.SampledFrom(drawnFormats).Draw(t, "format") }
	np := ops.NodePlan{Double: p.double, Functions: p.set, Literal: format(), Flush: p.flush && n.Primitive.Flushes()}
	if !n.Out[0].DType.IsFloat() {
		np.Functions = ""
		return np
	}
	np.Output, np.Round = format(), true
	if n.Primitive == ops.ConvertElementTypePrimitive || n.Primitive == ops.StopGradientPrimitive {
		if n.In[0].DType.IsFloat() && rapid.Bool().Draw(t, "alias") {
			return ops.NodePlan{Alias: true, Double: p.double, Output: np.Output}
		}
	}
	if n.Primitive.Moves() || rapid.IntRange(0, 5).Draw(t, "unrounded") == 0 {
		np.Output, np.Round = bf16.Float32, false
		if rapid.IntRange(0, 3).Draw(t, "shown") == 0 && len(n.Out) == 1 {
			np.Shown = bf16.BFloat16
		}
	}
	for i := range np.Operands {
		if rapid.IntRange(0, 5).Draw(t, "operand") == 0 {
			np.Operands[i] = format()
		}
		np.FlushOperands[i] = np.Flush && rapid.Bool().Draw(t, "flushed operand")
	}
	chain := rapid.SampledFrom([]bf16.DotOrder{{}, {Block: 4}, {Lanes: 2}, {OddFirst: true}, {Pairwise: true}, {Unfused: true}})
	switch n.Primitive {
	case ops.DotGeneralPrimitive:
		np.Dot.Main = chain.Draw(t, "dot")
		if rapid.IntRange(0, 2).Draw(t, "edges") == 0 {
			np.Dot.Row, np.Dot.Column = rapid.IntRange(0, 3).Draw(t, "row"), rapid.IntRange(0, 3).Draw(t, "column")
			np.Dot.Bottom, np.Dot.Right, np.Dot.Corner = chain.Draw(t, "bottom"), chain.Draw(t, "right"), chain.Draw(t, "corner")
		}
		np.FlushOperands = [3]bool{} // the kernels take operands as they are
	case ops.ConvGeneralDilatedPrimitive:
		np.Dot.Main, np.FlushOperands = chain.Draw(t, "dot"), [3]bool{}
	case ops.ReduceSumPrimitive, ops.ReduceWindowSumPrimitive:
		np.Sum = rapid.SampledFrom([]bf16.SumOrder{{}, {Kind: bf16.PairwiseSum}, {Kind: bf16.Windows, Window: 4}, {Kind: bf16.Lanes}, {Kind: bf16.Tiles}}).Draw(t, "sum")
	case ops.DivPrimitive:
		np.Reciprocal = rapid.Bool().Draw(t, "reciprocal")
	case ops.LogisticPrimitive:
		np.Half = rapid.Bool().Draw(t, "half")
	case ops.MulPrimitive:
		if !p.double && rapid.IntRange(0, 3).Draw(t, "exact") == 0 {
			np.Exact, np.Output, np.Round, np.Shown = true, bf16.Float32, false, bf16.Float32
		}
	}
	return np
}

// consistent settles what depends on how operands are kept: a sum may fuse an exact product, an alias does not stand for one,
// and a value that is moved without rounding is kept in bfloat16 where its operands are.
func (p *planner) consistent(n *ops.Node, np *ops.NodePlan) {
	np.Fused = 0
	for i, o := range n.In {
		exact := o.Value != nil && o.Value.Node != nil && p.plan.Nodes[o.Value.Node.Index].Exact
		switch {
		case !exact:
		case np.Alias:
			p.plan.Nodes[o.Value.Node.Index].Exact = false
		case (n.Primitive == ops.AddPrimitive || n.Primitive == ops.SubPrimitive && i == 0) && np.Operands[i] == (bf16.Format{}):
			np.Fused = uint8(i + 1)
		}
	}
	if np.Alias {
		np.Output = p.kept(n.In[0])
	}
	if !n.Primitive.Moves() || np.Round || !n.Out[0].DType.IsFloat() || np.Shown != (bf16.Format{}) {
		return
	}
	for i, o := range n.In {
		f := np.Operands[min(i, len(np.Operands)-1)]
		if o.DType.IsFloat() && (o.Value == nil || f != bf16.BFloat16 && (f != (bf16.Format{}) || p.kept(o) != bf16.BFloat16)) {
			return
		}
	}
	np.Output = bf16.BFloat16
}

// kept returns a format that holds an operand.
func (p *planner) kept(o ops.Operand) bf16.Format {
	if o.Value.Node == nil {
		return bf16.Float32
	}
	return p.plan.Nodes[o.Value.Node.Index].Output
}
