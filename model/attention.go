package model

import (
	"math"

	"bf16lab/ops"
)

// tappedEinsum appends an einsum and watches its result as module:einsum[spec].
func tappedEinsum(b *ops.Builder, spec string, x, y *ops.Value, dtype ops.DType, precision string) *ops.Value {
	return tapped(b, "einsum["+spec+"]", einsum(b, spec, x, y, dtype, precision))
}

// shift appends the relative shift: from x [B, H, Q, Q+K], whose last axis is a diagonal, row i takes the K entries that
// start Q-i after the first: [B, H, Q, K].
func shift(b *ops.Builder, x *ops.Value, queries, keys int) *ops.Value {
	return tapped(b, "shift", b.Function("shift", func() *ops.Value {
		batch, heads := x.Shape[0], x.Shape[1]
		y := b.Reshape(x, batch, heads, queries+keys, queries)
		y = sliceAxis(b, y, 2, 1, queries+keys)
		y = b.Reshape(y, batch, heads, queries, queries+keys-1)
		return sliceAxis(b, y, 3, 0, keys)
	}))
}

// centralMaskFeatures appends features of distances [N] in float32: feature i is 1 where the distance is below
// i + r^i, widths in constant ratio up to length, and 0 elsewhere: [N, features].
func centralMaskFeatures(b *ops.Builder, distances *ops.Value, features, length int) *ops.Value {
	offsets := b.Iota(ops.Int32, features)
	widths := geomspace(b, float64(length-features+1), features, false)
	widths = b.Add(b.ConvertElementType(offsets, ops.Float32), widths)
	column := expandDims(b, distances, 1)
	inside := b.Gt(expandDims(b, widths, 0), column)
	return b.ConvertElementType(inside, distances.DType)
}

// applyRope appends the rotary position embedding of x [B, S, H, C]: each pair of channels is turned by an angle,
//
//	theta = position / (i + geomspace(1, maxPosition - C/2 + 1, C/2)[i])
//	y = x * cos(theta) + (-x[1], x[0], -x[3], x[2], ...) * sin(theta)
//
// positions are int32 [B, S], or nil for 0, 1, 2, ... in the type of x. The angles have the type of x: bfloat16
// positions are exact up to 256 only.
func applyRope(b *ops.Builder, x, positions *ops.Value, maxPosition int) *ops.Value {
	return tapped(b, "rope", b.Function("rope", func() *ops.Value {
		if positions == nil {
			length := x.Shape[1]
			positions = b.Reshape(b.ConvertElementType(b.Iota(ops.Int32, length), x.DType), 1, length)
		}
		n := x.Shape[3] / 2
		index := b.Iota(ops.Int32, n)
		widths := geomspace(b, float64(maxPosition-n+1), n, true)
		widths = b.Add(b.ConvertElementType(index, ops.Float32), widths)
		frequencies := b.Div(ops.Scalar(1), b.ConvertElementType(widths, x.DType))
		theta := tappedEinsum(b, "bs,f->bsf", positions, frequencies, x.DType, "")
		theta = expandDims(b, repeat(b, theta, 2, 2), 2)
		minus := b.Neg(every2nd(b, x, 1))
		rotated := b.Reshape(b.Stack(4, minus, every2nd(b, x, 0)), x.Shape...)
		turned := b.Mul(x, b.Cos(theta))
		return b.Add(turned, b.Mul(rotated, b.Sin(theta)))
	}))
}

// MLPBlock appends the two-layer perceptron of the tower on [B, S, D], hidden width 2D.
func MLPBlock(b *ops.Builder, x *ops.Value) *ops.Value {
	return b.Module("mlp_block", func() *ops.Value {
		channels := x.Shape[2]
		h := linearBias(b, "linear", RMSBatchNorm(b, x), 2*channels)
		h = linearBias(b, "linear", relu(b, h), channels)
		return RMSBatchNorm(b, h)
	})
}

// PairMLPBlock appends the two-layer perceptron of the pair representation on [B, s, s, F], hidden width 2F.
func PairMLPBlock(b *ops.Builder, pair *ops.Value) *ops.Value {
	return b.Module("pair_mlp_block", func() *ops.Value {
		channels := pair.Shape[3]
		x := linearBias(b, "linear", RMSNorm(b, "layer_norm", pair), 2*channels)
		return linearBias(b, "linear", relu(b, x), channels)
	})
}

// MHABlock appends the attention of the tower: x [B, S, D] with a bias [B, H, S, S] on its logits to [B, S, D]. All
// heads share one key and one value. The logits, summed in float32, are capped to (-5, 5) by 5 * tanh(logits / 5).
func MHABlock(b *ops.Builder, c Config, x, bias *ops.Value) *ops.Value {
	return b.Module("mha_block", func() *ops.Value {
		h := RMSBatchNorm(b, x)
		heads := func(name string, heads, channels int) *ops.Value {
			y := linear(b, name+"_layer", h, heads*channels)
			y = b.Reshape(y, x.Shape[0], x.Shape[1], heads, channels)
			return LayerNorm(b, "norm_"+name, y)
		}
		q := heads("q", c.Heads, c.KeyChannels)
		k := heads("k", 1, c.KeyChannels)
		v := heads("v", 1, c.ValueChannels)
		q = applyRope(b, q, nil, c.MaxDistance)
		k = applyRope(b, k, nil, c.MaxDistance)

		logits := tappedEinsum(b, "bshc,bS1c->bhsS", q, k, ops.Float32, halfPrecisionDot)
		logits = b.Div(logits, ops.Scalar(math.Sqrt(float64(c.KeyChannels))))
		logits = b.Add(logits, b.ConvertElementType(bias, ops.Float32))
		weights := tapped(b, "softmax", softmax(b, softCap(b, logits, 5)))

		y := tappedEinsum(b, "bhsS,bS1c->bshc", weights, v, ops.Float32, halfPrecisionDot)
		y = b.ConvertElementType(y, q.DType)
		y = b.Reshape(y, x.Shape[0], x.Shape[1], c.Heads*c.ValueChannels)
		return RMSBatchNorm(b, linearBias(b, "linear_embedding", y, x.Shape[2]))
	})
}

// softCap appends limit * tanh(x / limit).
func softCap(b *ops.Builder, x *ops.Value, limit ops.Scalar) *ops.Value {
	return b.Function("soft_cap", func() *ops.Value { return b.Mul(b.Tanh(b.Div(x, limit)), limit) })
}

// AttentionBiasBlock appends the bias of the tower's attention: pair [B, s, s, F] to [B, H, S, S], each entry repeated for
// the S/s positions it stands for along both axes.
func AttentionBiasBlock(b *ops.Builder, c Config, pair *ops.Value) *ops.Value {
	return b.Module("attention_bias_block", func() *ops.Value {
		x := tapped(b, "gelu_tanh", geluTanh(b, RMSBatchNorm(b, pair)))
		x = linear(b, "linear", x, c.Heads)
		x = repeat(b, x, c.PairPool, 1)
		x = repeat(b, x, c.PairPool, 2)
		return b.Transpose(x, 0, 3, 1, 2)
	})
}

// RowAttentionBlock appends the attention of the pair representation [B, s, s, F] along its rows, one head. The weights
// stay in float32 and meet bfloat16 values in a mixed product.
func RowAttentionBlock(b *ops.Builder, pair *ops.Value) *ops.Value {
	return b.Module("row_attention_block", func() *ops.Value {
		channels := pair.Shape[3]
		x := RMSNorm(b, "layer_norm", pair)
		k := linear(b, "linear_k", x, channels)
		q := linear(b, "linear_q", x, channels)
		v := linearBias(b, "linear_v", x, channels)
		logits := tappedEinsum(b, "bpqf,bpkf->bpqk", q, k, ops.Float32, halfPrecisionDot)
		logits = b.Div(logits, ops.Scalar(math.Sqrt(float64(channels))))
		weights := tapped(b, "softmax", softmax(b, logits))
		y := tappedEinsum(b, "bpqk,bpkf->bpqf", weights, v, ops.Float32, halfPrecisionDot)
		return b.ConvertElementType(y, q.DType)
	})
}

// SequenceToPairBlock appends the pair representation of a sequence: x [B, S, D] to [B, s, s, F] with s = S / PairPool.
// Entry (i, j) comes from products of queries i with keys j, and of both with an encoding of the distance i - j.
func SequenceToPairBlock(b *ops.Builder, c Config, x *ops.Value) *ops.Value {
	return b.Module("sequence_to_pair_block", func() *ops.Value {
		x := RMSNorm(b, "norm_seq2pair", meanPool(b, x, c.PairPool))
		batch, length := x.Shape[0], x.Shape[1]
		heads, channels := c.PairHeads, c.PairKey
		q := b.Reshape(linear(b, "linear_q", x, heads*channels), batch, length, heads, channels)
		k := b.Reshape(linear(b, "linear_k", x, heads*channels), batch, length, heads, channels)

		encoding := linearBias(b, "linear_pos_features", positionFeatures(b, c, length), heads*channels)
		var relativeQ *ops.Value
		relativeK := b.Function("relative_position", func() *ops.Value {
			encoding = b.Reshape(encoding, 2*length, heads, channels)
			biasQ := parameter(b, "q_r_bias", 1, 1, heads, channels)
			biasK := parameter(b, "k_r_bias", 1, 1, heads, channels)
			relativeQ = shift(b, tappedEinsum(b, "bqhc,phc->bhqp", positionBias(b, q, biasQ), encoding, ops.Compute, ""), length, length)
			return shift(b, tappedEinsum(b, "bkhc,phc->bhkp", positionBias(b, k, biasK), encoding, ops.Compute, ""), length, length)
		})
		a := tappedEinsum(b, "bqhc,bkhc->bqkh", q, k, ops.Compute, "")
		a = b.Function("relative_position", func() *ops.Value {
			both := b.Add(b.Transpose(relativeQ, 0, 2, 3, 1), b.Transpose(relativeK, 0, 3, 2, 1))
			return b.Add(a, b.Mul(ops.Scalar(0.5), both))
		})

		yq := linear(b, "linear_y_q", tapped(b, "gelu_tanh", geluTanh(b, x)), c.PairChannels)
		yk := linear(b, "linear_y_k", tapped(b, "gelu_tanh", geluTanh(b, x)), c.PairChannels)
		pair := linearBias(b, "linear_pair", a, c.PairChannels)
		pair = b.Add(pair, expandDims(b, yq, 2))
		return b.Add(pair, expandDims(b, yk, 1))
	})
}

// positionBias appends x + bias, the queries or keys that meet the position encoding.
func positionBias(b *ops.Builder, x, bias *ops.Value) *ops.Value {
	return b.Function("position_bias", func() *ops.Value { return b.Add(x, bias) })
}

// positionFeatures appends the features of the distances -length..length-1: central masks and, beside them, the masks
// times the sign of the distance: [2*length, 2*PositionMasks].
func positionFeatures(b *ops.Builder, c Config, length int) *ops.Value {
	return b.Function("relative_position", func() *ops.Value {
		positions := b.ConvertElementType(b.Add(ops.Scalar(-length), b.Iota(ops.Int32, 2*length)), ops.Float32)
		masks := centralMaskFeatures(b, b.Abs(positions), c.PositionMasks, c.MaxDistance/c.PairPool)
		masks = b.ConvertElementType(masks, ops.Compute)
		signs := expandDims(b, b.Sign(positions), 1)
		signed := b.Mul(signs, b.ConvertElementType(masks, ops.Float32))
		features := b.Concatenate(1, b.ConvertElementType(masks, ops.Float32), signed)
		return b.ConvertElementType(features, ops.Compute)
	})
}

// PairUpdateBlock appends the update of the pair representation [B, s, s, F], nil the first time, from the sequence
// [B, S, D].
func PairUpdateBlock(b *ops.Builder, c Config, sequence, pair *ops.Value) *ops.Value {
	return b.Module("pair_update_block", func() *ops.Value {
		x := SequenceToPairBlock(b, c, sequence)
		if pair != nil {
			x = residual(b, pair, x)
		}
		x = residual(b, x, RowAttentionBlock(b, x))
		return residual(b, x, PairMLPBlock(b, x))
	})
}
