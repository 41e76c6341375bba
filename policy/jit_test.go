package policy

import (
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// jitPlan plans a graph that trace writes under jax-cpu-jit. x is a float32 argument, c the same in the compute type.
func jitPlan(t *testing.T, shape ops.Shape, trace func(b *ops.Builder, x, c *ops.Value) *ops.Value) (*ops.Plan, *ops.Graph) {
	t.Helper()
	b := ops.NewBuilder()
	b.ModuleScope("m", func() {
		x := b.Argument("x", ops.Float32, shape...)
		b.Output("y", trace(b, x, b.ConvertElementType(x, ops.Compute)))
	})
	p, err := Preset("jax-cpu-jit")
	if err != nil {
		t.Fatal(err)
	}
	g := b.Graph()
	plan, err := p.Plan(g)
	if err != nil {
		t.Fatal(err)
	}
	return plan, g
}

// keepsUnrounded tells whether the plan keeps a value in float32 and shows it in bfloat16.
func keepsUnrounded(plan *ops.Plan, v *ops.Value) bool {
	np := plan.Nodes[v.Node.Index]
	return np.Output == bf16.Float32 && !np.Round && np.Shown == bf16.BFloat16
}

func TestJITConversion(t *testing.T) {
	var y, wide, negated, half *ops.Value
	plan, _ := jitPlan(t, ops.Shape{4}, func(b *ops.Builder, _, c *ops.Value) *ops.Value {
		y = b.Mul(c, c)
		wide = b.ConvertElementType(y, ops.Float32)
		negated = b.Neg(y)
		half = b.ConvertElementType(y, ops.Float16)
		return b.Add(wide, b.Add(b.ConvertElementType(negated, ops.Float32), b.ConvertElementType(half, ops.Float32)))
	})
	if !keepsUnrounded(plan, y) {
		t.Errorf("a product that is converted to float32 is rounded: %+v", plan.Nodes[y.Node.Index])
	}
	if np := plan.Nodes[wide.Node.Index]; !np.Alias || np.Operands != [3]bf16.Format{} {
		t.Errorf("the conversion reads the rounded value: %+v", np)
	}
	if np := plan.Nodes[negated.Node.Index]; np.Operands[0] != bf16.BFloat16 || np.Output != bf16.BFloat16 {
		t.Errorf("another reader takes the unrounded value: %+v", np)
	}
	if np := plan.Nodes[half.Node.Index]; np.Operands[0] != bf16.BFloat16 || !np.Round || np.Output != bf16.Float16 {
		t.Errorf("a conversion to float16 takes the unrounded value: %+v", np)
	}
}

// A value has no unrounded form where XLA moves data or converts between the operation and the conversion, or rounds inside.
func TestJITNoUnroundedForm(t *testing.T) {
	for name, f := range map[string]func(b *ops.Builder, x, c *ops.Value) *ops.Value{
		"cast":     func(_ *ops.Builder, _, c *ops.Value) *ops.Value { return c },
		"reshape":  func(b *ops.Builder, _, c *ops.Value) *ops.Value { return b.Reshape(b.Mul(c, c), 2, 8) },
		"maximum":  func(b *ops.Builder, _, c *ops.Value) *ops.Value { return b.Max(b.Mul(c, c), c) },
		"logistic": func(b *ops.Builder, _, c *ops.Value) *ops.Value { return b.Logistic(c) },
		"cube":     func(b *ops.Builder, _, c *ops.Value) *ops.Value { return b.IntegerPow(c, 3) },
		"product of three axes": func(b *ops.Builder, _, c *ops.Value) *ops.Value {
			three := b.Reshape(c, 1, 4, 4)
			return b.DotGeneral(three, c, ops.DotParams{LeftContracting: []int{2}, RightContracting: []int{0}}, ops.Compute)
		},
	} {
		var v *ops.Value
		plan, _ := jitPlan(t, ops.Shape{4, 4}, func(b *ops.Builder, x, c *ops.Value) *ops.Value {
			v = f(b, x, c)
			return b.ConvertElementType(v, ops.Float32)
		})
		if np := plan.Nodes[v.Node.Index]; np.Output != bf16.BFloat16 || np.Shown != (bf16.Format{}) {
			t.Errorf("%s is kept unrounded: %+v", name, np)
		}
	}
	var v *ops.Value
	plan, _ := jitPlan(t, ops.Shape{4, 4}, func(b *ops.Builder, _, c *ops.Value) *ops.Value {
		v = b.DotGeneral(c, c, ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}, ops.Compute)
		return b.ConvertElementType(v, ops.Float32)
	})
	if !keepsUnrounded(plan, v) {
		t.Errorf("a product of matrices is rounded: %+v", plan.Nodes[v.Node.Index])
	}
}

func TestJITProductOperands(t *testing.T) {
	matrix := ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}
	for _, c := range []struct {
		name  string
		shape ops.Shape
		trace func(b *ops.Builder, x, y *ops.Value) *ops.Value // y is an unrounded product
		kept  bool
	}{
		{"float32 by bfloat16", ops.Shape{8, 8}, func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.DotGeneral(x, y, matrix, ops.Float32) }, true},
		{"bfloat16 by float32", ops.Shape{8, 8}, func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.DotGeneral(y, x, matrix, ops.Float32) }, true},
		{"transposed on the left", ops.Shape{8, 8}, func(b *ops.Builder, x, y *ops.Value) *ops.Value {
			return b.DotGeneral(y, x, ops.DotParams{LeftContracting: []int{0}, RightContracting: []int{0}}, ops.Float32)
		}, false},
		{"transposed on the right", ops.Shape{8, 8}, func(b *ops.Builder, x, y *ops.Value) *ops.Value {
			return b.DotGeneral(x, y, ops.DotParams{LeftContracting: []int{1}, RightContracting: []int{1}}, ops.Float32)
		}, true},
		{"both bfloat16", ops.Shape{8, 8}, func(b *ops.Builder, _, y *ops.Value) *ops.Value { return b.DotGeneral(y, y, matrix, ops.Float32) }, false},
		{"both bfloat16 and tiny", ops.Shape{3, 3}, func(b *ops.Builder, _, y *ops.Value) *ops.Value { return b.DotGeneral(y, y, matrix, ops.Float32) }, true},
		{"rounded result", ops.Shape{8, 8}, func(b *ops.Builder, _, y *ops.Value) *ops.Value { return b.DotGeneral(y, y, matrix, ops.Compute) }, false},
	} {
		var y, z *ops.Value
		plan, _ := jitPlan(t, c.shape, func(b *ops.Builder, x, half *ops.Value) *ops.Value {
			y = b.Mul(half, half)
			z = c.trace(b, x, y)
			return z
		})
		rounds := plan.Nodes[z.Node.Index].Operands != [3]bf16.Format{}
		if keepsUnrounded(plan, y) != c.kept || rounds {
			t.Errorf("%s: operand kept unrounded: %t, want %t; rounded on the way in: %t", c.name, keepsUnrounded(plan, y), c.kept, rounds)
		}
	}
}

func TestJITContraction(t *testing.T) {
	for _, c := range []struct {
		name  string
		trace func(b *ops.Builder, x, y *ops.Value) *ops.Value // y = x * x
		fused uint8
	}{
		{"sum", func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.Add(x, y) }, 2},
		{"difference", func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.Sub(y, x) }, 1},
		{"subtracted product", func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.Sub(x, y) }, 0},
		{"two products", func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.Add(b.Mul(x, x), y) }, 1},
		{"two readers", func(b *ops.Builder, x, y *ops.Value) *ops.Value { return b.Add(x, b.Mul(y, b.Add(y, x))) }, 2},
		{"a reduction reads it too", func(b *ops.Builder, _, y *ops.Value) *ops.Value {
			return b.Sub(y, b.BroadcastInDim(b.ReduceMax(y, 1), ops.Shape{4, 4}, 0))
		}, 1},
	} {
		var z, y *ops.Value
		plan, _ := jitPlan(t, ops.Shape{4, 4}, func(b *ops.Builder, x, _ *ops.Value) *ops.Value {
			y = b.Mul(x, x)
			z = c.trace(b, x, y)
			return z
		})
		np := plan.Nodes[z.Node.Index]
		if np.Fused != c.fused {
			t.Errorf("%s: fuses operand %d, want %d", c.name, np.Fused, c.fused)
		}
		if c.fused > 0 {
			if product := z.Node.In[c.fused-1].Value; !plan.Nodes[product.Node.Index].Exact {
				t.Errorf("%s: the product that is fused is rounded", c.name)
			}
		}
		if c.name == "two readers" && plan.Nodes[y.Node.Index].Exact {
			t.Errorf("%s: a product with two readers is kept exact", c.name)
		}
	}
}

// A softmax of a transposed operand is one fusion if 4,096 elements are left when its rows of 64 are cut into windows of 32.
// With fewer it is not, but windows are cut from 4,096 elements on.
func TestJITSoftmax(t *testing.T) {
	for rows, fused := range map[int]bool{2048: true, 2047: false, 64: false, 63: false} {
		var cast, exponential, sum *ops.Value
		plan, _ := jitPlan(t, ops.Shape{64, rows}, func(b *ops.Builder, x, _ *ops.Value) *ops.Value {
			turned := b.Transpose(b.Exp(x), 1, 0)
			cast = b.ConvertElementType(b.Mul(turned, turned), ops.Compute)
			logits := b.ConvertElementType(cast, ops.Float32)
			top := b.BroadcastInDim(b.ReduceMax(logits, 1), ops.Shape{rows, 64}, 0)
			exponential = b.Exp(b.Sub(logits, top))
			sum = b.ReduceSum(exponential, 1)
			return b.Div(exponential, b.BroadcastInDim(sum, ops.Shape{rows, 64}, 0))
		})
		if np := plan.Nodes[cast.Node.Index]; np.Alias != fused {
			t.Errorf("%d rows: the cast is left out: %t, want %t", rows, np.Alias, fused)
		}
		if got := plan.Nodes[exponential.Node.Index].Functions == functionsFused; got != fused {
			t.Errorf("%d rows: YNNPACK's exponential: %t, want %t", rows, got, fused)
		}
		want := bf16.SumOrder{Kind: bf16.Windows, Window: 32, Axes: [4]bf16.SumAxis{{Size: 64}}}
		if rows >= 64 {
			want = bf16.SumOrder{Kind: bf16.Lanes, Window: 32, Plain: !fused}
		}
		if got := plan.Nodes[sum.Node.Index].Sum; got != want {
			t.Errorf("%d rows: sum in order %+v, want %+v", rows, got, want)
		}
	}
}

// Policies without elision plan as if the pass did not exist.
func TestEagerKeepsNothing(t *testing.T) {
	b := ops.NewBuilder()
	x := b.Argument("x", ops.Float32, 4)
	c := b.ConvertElementType(x, ops.Compute)
	b.Output("y", b.Add(b.Mul(x, x), b.ConvertElementType(b.Mul(c, c), ops.Float32)))
	p, err := Preset("jax-cpu-eager")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.Plan(b.Graph())
	if err != nil {
		t.Fatal(err)
	}
	for i, np := range plan.Nodes {
		if np.Exact || np.Fused > 0 || np.Shown != (bf16.Format{}) {
			t.Errorf("equation %d: %+v", i, np)
		}
	}
}

// A sum that is computed together with arithmetic is cut along every axis; a plain one only as far as there are threads.
func TestJITFusedSum(t *testing.T) {
	var squares, plain, widened *ops.Value
	plan, _ := jitPlan(t, ops.Shape{5, 768, 64}, func(b *ops.Builder, x, c *ops.Value) *ops.Value {
		squares = b.ReduceSum(b.Square(b.Sub(x, ops.Scalar(1))), 0, 1)
		plain = b.ReduceSum(x, 0, 1)
		widened = b.ReduceSum(b.ConvertElementType(c, ops.Float32), 0, 1)
		return b.Add(b.Add(squares, plain), widened)
	})
	cut := func(v *ops.Value) int { return plan.Nodes[v.Node.Index].Sum.Axes[1].Step }
	if cut(squares) != 512 || cut(plain) != 0 || cut(widened) != 0 {
		t.Errorf("axis of 768 is cut into %d, %d, %d; want 512 for squares, 0 else", cut(squares), cut(plain), cut(widened))
	}
}

// What follows a max pool and has one reader at a time is not rounded, unless something reads it as bfloat16.
func TestJITPool(t *testing.T) {
	for _, c := range []struct {
		name string
		read func(b *ops.Builder, v *ops.Value) *ops.Value
		kept bool
	}{
		{"arithmetic", func(b *ops.Builder, v *ops.Value) *ops.Value { return b.Mul(v, b.Square(v)) }, true},
		{"pool by sum", func(b *ops.Builder, v *ops.Value) *ops.Value { return b.ReduceWindowSum(v, 16) }, true},
		{"reshape", func(b *ops.Builder, v *ops.Value) *ops.Value {
			return b.Mul(b.Reshape(v, 32, 256), b.Reshape(v, 32, 256))
		}, false},
		{"output", func(b *ops.Builder, v *ops.Value) *ops.Value { b.Output("v", v); return b.Mul(v, v) }, false},
	} {
		var v *ops.Value
		plan, _ := jitPlan(t, ops.Shape{1, 64, 256}, func(b *ops.Builder, _, x *ops.Value) *ops.Value {
			v = b.Add(b.ReduceWindowMax(x, 2), b.ConvertElementType(b.Argument("e", ops.Float32, 1, 1, 256), ops.Compute))
			return c.read(b, v)
		})
		if got := keepsUnrounded(plan, v); got != c.kept {
			t.Errorf("%s: kept unrounded: %t, want %t", c.name, got, c.kept)
		}
	}
	var pooled, sum *ops.Value
	plan, _ := jitPlan(t, ops.Shape{1, 64, 256}, func(b *ops.Builder, _, x *ops.Value) *ops.Value {
		pooled = b.ReduceWindowMax(x, 2)
		sum = b.Add(pooled, pooled)
		return b.Mul(sum, pooled)
	})
	if keepsUnrounded(plan, sum) {
		t.Error("what follows a pool with several readers is kept unrounded")
	}
}
