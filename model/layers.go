package model

import "bf16lab/ops"

// epsilon is added to every variance.
const epsilon = 1e-5

// tapped watches a value under the current module and the name of the function that returned it.
func tapped(b *ops.Builder, function string, x *ops.Value) *ops.Value {
	b.Tap(":"+function, x)
	return x
}

// gelu appends the Gaussian error linear unit by a sigmoid: logistic(1.702 * x) * x. The coefficient has the type of x.
func gelu(b *ops.Builder, x *ops.Value) *ops.Value {
	return tapped(b, "gelu", b.Function("gelu", func() *ops.Value {
		return b.Mul(b.Logistic(b.Mul(ops.Scalar(1.702), x)), x)
	}))
}

// pool appends the maxima of pairs of positions: [B, S, D] to [B, S/2, D].
func pool(b *ops.Builder, x *ops.Value) *ops.Value {
	return tapped(b, "pool", b.Function("pool", func() *ops.Value { return maxPool(b, x, 2) }))
}

// meanPool appends the means of windows of positions: [B, S, D] to [B, S/by, D].
func meanPool(b *ops.Builder, x *ops.Value, by int) *ops.Value {
	return tapped(b, "pool", b.Function("pool", func() *ops.Value { return avgPool(b, x, by) }))
}

// RMSBatchNorm appends x * scale / sqrt(var_ema + 1e-5) + offset on [..., D], where var_ema is the running mean square of
// each channel, gathered during training. Everything, the state included, has the type of x.
func RMSBatchNorm(b *ops.Builder, x *ops.Value) *ops.Value {
	return b.Module("rms_batch_norm", func() *ops.Value {
		return b.Function("rms_batch_norm", func() *ops.Value {
			shape := make(ops.Shape, len(x.Shape))
			for i := range shape {
				shape[i] = 1
			}
			shape[len(shape)-1] = x.Shape[len(shape)-1]
			variance := state(b, "var_ema", shape...)
			scale := parameter(b, "scale", shape...)
			offset := parameter(b, "offset", shape...)
			inverse := b.Mul(scale, b.Rsqrt(b.Add(variance, ops.Scalar(epsilon))))
			return b.Add(b.Mul(x, inverse), offset)
		})
	})
}

// LayerNorm appends the layer normalisation of [..., D] over its last axis,
//
//	y = x - mean(x);  y * scale / sqrt(mean(y^2) + 1e-5) + offset
//
// The means are taken in float32; mean and reciprocal root are rounded to the type of x before they are used.
func LayerNorm(b *ops.Builder, name string, x *ops.Value) *ops.Value {
	return layerNorm(b, name, x, false)
}

// RMSNorm appends LayerNorm(rms_norm=True): like [LayerNorm] without subtracting the mean.
func RMSNorm(b *ops.Builder, name string, x *ops.Value) *ops.Value {
	return layerNorm(b, name, x, true)
}

func layerNorm(b *ops.Builder, name string, x *ops.Value, rms bool) *ops.Value {
	return b.Module(name, func() *ops.Value {
		return b.Function("layer_norm", func() *ops.Value {
			rank := len(x.Shape)
			last := rank - 1
			scale := parameter(b, "scale", x.Shape[last])
			offset := parameter(b, "offset", x.Shape[last])
			scale, offset = broadcastToRank(b, scale, rank), broadcastToRank(b, offset, rank)
			if !rms {
				x = b.Sub(x, mean(b, x, x.DType, last))
			}
			variance := mean(b, b.Square(x), ops.Float32, last)
			root := b.Rsqrt(b.Add(variance, ops.Scalar(epsilon)))
			inverse := b.Mul(scale, b.ConvertElementType(root, x.DType))
			return b.Add(b.Mul(inverse, x), offset)
		})
	})
}

// residual appends x + y of a skip connection.
func residual(b *ops.Builder, x, y *ops.Value) *ops.Value {
	return b.Function("residual", func() *ops.Value { return b.Add(x, y) })
}
