package model

import (
	"fmt"

	"bf16lab/ops"
)

// Case is one building block of the model on its own, small enough to compare every element with reference outputs of the
// official code: reference/blocks of the project's data, whose definition is scripts/golden_modules.py.
//
// The synthetic value of an input is that of the tensor case/NAME/INPUT times Scale; the tensors of the weights are
// called case/NAME/MODULE/LEAF, their variances have exponent 0.
type Case struct {
	Name   string
	Doc    string
	Inputs []CaseInput
	trace  func(b *ops.Builder, in []*ops.Value) *ops.Value
}

// CaseInput is an input of a [Case], a float32 argument of its graph.
type CaseInput struct {
	Name  string
	Shape ops.Shape
	Scale float32
	DType ops.DType
}

// caseModule is the module that carries the mixed precision policy in the official runs.
const caseModule = "m"

// TraceCase writes a case into a graph: a module m whose inputs are cast to the compute type and whose result, cast to it
// as well, is the output named NAME/0.
func TraceCase(name string) (*ops.Graph, error) {
	for _, c := range Cases() {
		if c.Name == name {
			return c.graph(), nil
		}
	}
	return nil, fmt.Errorf("model: no block case %q", name)
}

func (c Case) graph() *ops.Graph {
	b := ops.NewBuilder()
	arguments := make([]*ops.Value, len(c.Inputs))
	for i, in := range c.Inputs {
		arguments[i] = b.Argument(in.Name, in.DType, in.Shape...)
	}
	b.ModuleScope(caseModule, func() {
		in := make([]*ops.Value, len(arguments))
		for i, a := range arguments {
			in[i] = b.ConvertElementType(a, ops.Compute)
		}
		b.Output(c.Name+"/0", outputCast(b, c.trace(b, in)))
	})
	return b.Graph()
}

// Cases returns the 42 block cases in the order of the reference.
func Cases() []Case {
	var cases []Case
	add := func(name, doc string, trace func(b *ops.Builder, in []*ops.Value) *ops.Value, inputs ...CaseInput) {
		cases = append(cases, Case{name, doc, inputs, trace})
	}
	addFunctionCases(add)
	addReductionCases(add)
	addLayerCases(add)
	addBlockCases(add)
	addHeadCases(add)
	return cases
}

type addCase func(name, doc string, trace func(b *ops.Builder, in []*ops.Value) *ops.Value, inputs ...CaseInput)

func input(name string, scale float32, shape ...int) CaseInput {
	return CaseInput{Name: name, Shape: shape, Scale: scale, DType: ops.Float32}
}

// of1 makes a case's trace of a function of one value.
func of1(f func(b *ops.Builder, x *ops.Value) *ops.Value) func(*ops.Builder, []*ops.Value) *ops.Value {
	return func(b *ops.Builder, in []*ops.Value) *ops.Value { return f(b, in[0]) }
}

// primitive makes a case's trace of a method of the builder.
func primitive(f func(b *ops.Builder, x ops.Arg) *ops.Value) func(*ops.Builder, []*ops.Value) *ops.Value {
	return func(b *ops.Builder, in []*ops.Value) *ops.Value { return f(b, in[0]) }
}

func addFunctionCases(add addCase) {
	add("gelu_sigmoid", "x*sigmoid(1.702x)", of1(gelu), input("x", 8, 64, 512))
	add("gelu_tanh", "jax.nn.gelu, approximate=True", of1(geluTanh), input("x", 8, 64, 512))
	add("relu", "", of1(relu), input("x", 4, 8, 512))
	add("sigmoid", "", primitive((*ops.Builder).Logistic), input("x", 16, 64, 512))
	add("softplus", "logaddexp(x, 0)", of1(softplus), input("x", 16, 64, 512))
	add("tanh", "", primitive((*ops.Builder).Tanh), input("x", 4, 64, 512))
	add("exp", "", primitive((*ops.Builder).Exp), input("x", 16, 64, 512))
	add("cos", "arguments as large as rope angles", primitive((*ops.Builder).Cos), input("x", 8192, 64, 512))
	add("sin", "", primitive((*ops.Builder).Sin), input("x", 8192, 64, 512))
	add("rsqrt", "rsqrt(x*x)", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return b.Rsqrt(b.Mul(x, x))
	}), input("x", 8, 64, 512))
}

func addReductionCases(add addCase) {
	add("softmax", "bf16 in: every primitive rounds under prim", of1(softmax), input("x", 8, 64, 200))
	add("softmax_f32", "f32 softmax, rounded once by the policy", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return softmax(b, b.ConvertElementType(x, ops.Float32))
	}), input("x", 8, 64, 200))
	add("mean_f32", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return mean(b, x, ops.Float32, 1)
	}), input("x", 2, 64, 1536))
	add("var", "as in StandardizedConv1D", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return variance(b, x, 0, 1)
	}), input("x", 2, 5, 768, 64))
	add("max_pool", "by 2", of1(pool), input("x", 2, 1, 64, 128))
	add("mean_pool16", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return meanPool(b, x, 16)
	}), input("x", 2, 1, 256, 128))
}

func addLayerCases(add addCase) {
	norm := func(f func(*ops.Builder, string, *ops.Value) *ops.Value) func(*ops.Builder, []*ops.Value) *ops.Value {
		return of1(func(b *ops.Builder, x *ops.Value) *ops.Value { return f(b, "n", x) })
	}
	add("rms_batch_norm", "", of1(RMSBatchNorm), input("x", 3, 1, 32, 768))
	add("layer_norm_128", "centred", norm(LayerNorm), input("x", 3, 1, 32, 8, 128))
	add("layer_norm_192", "centred, N not a power of two", norm(LayerNorm), input("x", 3, 1, 32, 1, 192))
	add("layer_norm_rms_1536", "", norm(RMSNorm), input("x", 3, 1, 32, 1536))
	add("rope", "positions None: bf16 positions and angles", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return applyRope(b, x, nil, 8192)
	}), input("x", 2, 1, 640, 4, 128))
	add("central_mask", "", of1(centralMaskCase), input("x", 1, 1, 1))
	add("shift", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return shift(b, x, 16, 16)
	}), input("x", 2, 1, 4, 16, 32))
	dense := func(out int) func(*ops.Builder, []*ops.Value) *ops.Value {
		return of1(func(b *ops.Builder, x *ops.Value) *ops.Value { return linearBias(b, "linear", x, out) })
	}
	add("linear_1536_256", "", dense(256), input("x", 2, 1, 32, 1536))
	add("linear_4096_64", "", dense(64), input("x", 2, 1, 32, 4096))
	add("conv15", "as DnaEmbedder", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return conv1D(b, x, 96, 15)
	}), input("x", 1, 1, 128, 4))
	add("std_conv5", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return StandardizedConv1D(b, x, 64, 5)
	}), input("x", 2, 1, 64, 768))
}

// centralMaskCase appends the features of the distances 64, 63, ..., 63; the input enters with factor 0.
func centralMaskCase(b *ops.Builder, x *ops.Value) *ops.Value {
	positions := b.ConvertElementType(b.Add(ops.Scalar(-64), b.Iota(ops.Int32, 128)), ops.Float32)
	masks := centralMaskFeatures(b, b.Abs(positions), 32, 512)
	zero := b.Mul(ops.Scalar(0), b.Squeeze(x, 0, 1))
	return b.Add(masks, b.ConvertElementType(zero, ops.Float32))
}

func addBlockCases(add addCase) {
	c := AlphaGenome(2048)
	block := func(width int) func(*ops.Builder, []*ops.Value) *ops.Value {
		return of1(func(b *ops.Builder, x *ops.Value) *ops.Value { return ConvBlock(b, "conv_block", x, 64, width) })
	}
	add("conv_block5", "", block(5), input("x", 2, 1, 64, 768))
	add("conv_block1", "", block(1), input("x", 2, 1, 64, 768))
	add("down_res", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return DownResBlock(b, "d", x, 128)
	}), input("x", 2, 1, 64, 128))
	add("up_res", "", func(b *ops.Builder, in []*ops.Value) *ops.Value {
		return UpResBlock(b, in[0], in[1])
	}, input("x", 2, 1, 32, 256), input("u", 2, 1, 64, 128))
	add("mlp_block", "", of1(MLPBlock), input("x", 2, 1, 32, 256))
	add("mha_block", "", func(b *ops.Builder, in []*ops.Value) *ops.Value {
		return MHABlock(b, c, in[0], in[1])
	}, input("x", 2, 1, 384, 256), input("bias", 2, 1, 8, 384, 384))
	add("attention_bias_block", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return AttentionBiasBlock(b, c, x)
	}), input("x", 2, 1, 8, 8, 128))
	add("row_attention_block", "", of1(RowAttentionBlock), input("x", 2, 1, 24, 24, 128))
	add("pair_mlp_block", "", of1(PairMLPBlock), input("x", 2, 1, 24, 24, 128))
	add("sequence_to_pair_block", "", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return SequenceToPairBlock(b, c, x)
	}), input("x", 2, 1, 384, 256))
	add("pair_update_block", "", func(b *ops.Builder, in []*ops.Value) *ops.Value {
		return PairUpdateBlock(b, c, in[0], in[1])
	}, input("x", 2, 1, 384, 256), input("pair", 2, 1, 24, 24, 128))
}

func addHeadCases(add addCase) {
	organism := func(b *ops.Builder, index float64) *ops.Value { return full(b, index, ops.Int32, ops.Shape{1}) }
	add("output_embedder", "organism 0", func(b *ops.Builder, in []*ops.Value) *ops.Value {
		return OutputEmbedder(b, in[0], organism(b, 0), 2, in[1])
	}, input("x", 2, 1, 64, 96), input("skip", 2, 1, 4, 160))
	add("output_pair", "organism 1", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return OutputPair(b, x, organism(b, 1), 2)
	}), input("x", 2, 1, 12, 12, 128))
	add("multi_organism_linear", "f32 result, rounded once by the policy output cast", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		return MultiOrganismLinear(b, x, organism(b, 0), 2, 96)
	}), input("x", 2, 1, 32, 1536))
	add("unscale_rna", "soft clip, power 4/3, track mean 0.37, resolution 128", of1(func(b *ops.Builder, x *ops.Value) *ops.Value {
		positive := softplus(b, b.ConvertElementType(x, ops.Float32))
		means := full(b, 0.37, ops.Float32, ops.Shape{1, 512})
		return b.Function("unscale", func() *ops.Value { return predictionsScaling(b, positive, means, 128, true) })
	}), input("x", 24, 1, 32, 512))
}
