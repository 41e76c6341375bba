package model

import "bf16lab/ops"

// parameter appends the cast of a parameter of the current module to the compute type, haiku's mixed precision policy.
func parameter(b *ops.Builder, leaf string, shape ...int) *ops.Value {
	return b.Function("parameter", func() *ops.Value {
		return b.ConvertElementType(b.Parameter(leaf, shape...), ops.Compute)
	})
}

// state appends the cast of a state of the current module to the compute type.
func state(b *ops.Builder, leaf string, shape ...int) *ops.Value {
	return b.Function("state", func() *ops.Value {
		return b.ConvertElementType(b.State(leaf, shape...), ops.Compute)
	})
}

// linear appends hk.Linear(out, with_bias=False): x @ w, x [..., D] to [..., out].
func linear(b *ops.Builder, name string, x *ops.Value, out int) *ops.Value {
	return b.Module(name, func() *ops.Value { return matmul(b, x, out) })
}

// linearBias appends hk.Linear(out): x @ w + b, x [..., D] to [..., out].
func linearBias(b *ops.Builder, name string, x *ops.Value, out int) *ops.Value {
	return b.Module(name, func() *ops.Value { return addBias(b, matmul(b, x, out), "b") })
}

func matmul(b *ops.Builder, x *ops.Value, out int) *ops.Value {
	last := len(x.Shape) - 1
	w := parameter(b, "w", x.Shape[last], out)
	return b.DotGeneral(x, w, ops.DotParams{LeftContracting: []int{last}, RightContracting: []int{0}}, ops.Compute)
}

// addBias appends x [..., D] plus a parameter [D].
func addBias(b *ops.Builder, x *ops.Value, leaf string) *ops.Value {
	return b.Function("linear_bias", func() *ops.Value {
		bias := parameter(b, leaf, x.Shape[len(x.Shape)-1])
		return b.Add(x, broadcastLike(b, bias, x.Shape))
	})
}

// conv1D appends hk.Conv1D(out, width): a convolution with padding SAME and a bias, x [B, S, D] to [B, S, out].
func conv1D(b *ops.Builder, x *ops.Value, out, width int) *ops.Value {
	return b.Module("conv1_d", func() *ops.Value {
		w := parameter(b, "w", width, x.Shape[2], out)
		return addBias(b, b.ConvGeneralDilated(x, w), "b")
	})
}

// embed appends hk.Embed(vocabulary, channels): rows of a table at the positions index [B]: [B, channels].
func embed(b *ops.Builder, index *ops.Value, vocabulary, channels int) *ops.Value {
	return b.Module("embed", func() *ops.Value {
		var table *ops.Value
		b.Named("embeddings/embed", func() { table = parameter(b, "embeddings", vocabulary, channels) })
		return take(b, table, index)
	})
}

// maxPool appends hk.MaxPool by windows along axis 1: [B, S, D] to [B, S/by, D].
func maxPool(b *ops.Builder, x *ops.Value, by int) *ops.Value {
	return b.Module("max_pool", func() *ops.Value { return b.ReduceWindowMax(x, by) })
}

// avgPool appends hk.AvgPool by windows along axis 1: [B, S, D] to [B, S/by, D]. The sums are divided by how many elements
// each window has, counted by summing ones [1, S, 1].
func avgPool(b *ops.Builder, x *ops.Value, by int) *ops.Value {
	return b.Module("avg_pool", func() *ops.Value {
		sums := b.ReduceWindowSum(x, by)
		ones := full(b, 1, x.DType, ops.Shape{1, x.Shape[1], 1})
		return b.Div(sums, b.ReduceWindowSum(ones, by))
	})
}
