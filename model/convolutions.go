package model

import "bf16lab/ops"

// ConvBlock appends a convolution block: RMSBatchNorm, gelu, then a standardised convolution of the given width or, for
// width 1, a linear layer: [B, S, D] to [B, S, channels].
func ConvBlock(b *ops.Builder, name string, x *ops.Value, channels, width int) *ops.Value {
	return b.Module(name, func() *ops.Value {
		x := gelu(b, RMSBatchNorm(b, x))
		if width == 1 {
			return linearBias(b, "linear", x, channels)
		}
		return StandardizedConv1D(b, x, channels, width)
	})
}

// StandardizedConv1D appends a convolution, [B, S, D] to [B, S, channels], whose kernel w [width, D, channels] is
// standardised for each output channel when it is used:
//
//	w' = w - mean(w);  w' * scale / sqrt(max(width * D * var(w'), 1e-4))
//
// Means and variance are taken in float32; every intermediate result has the type of x.
func StandardizedConv1D(b *ops.Builder, x *ops.Value, channels, width int) *ops.Value {
	return b.Module("standardized_conv1_d", func() *ops.Value {
		w := b.Function("weight_standardisation", func() *ops.Value {
			fanIn := width * x.Shape[2]
			w := parameter(b, "w", width, x.Shape[2], channels)
			w = b.Sub(w, mean(b, w, w.DType, 0, 1))
			variance := variance(b, w, 0, 1)
			scale := parameter(b, "scale", 1, 1, channels)
			floor := b.Max(b.Mul(ops.Scalar(fanIn), variance), ops.Scalar(1e-4))
			return b.Mul(w, b.Mul(scale, b.Rsqrt(floor)))
		})
		return addBias(b, b.ConvGeneralDilated(x, w), "bias")
	})
}

// DnaEmbedder appends the first layers: bases [B, S, 4] to [B, S, channels].
func DnaEmbedder(b *ops.Builder, sequence *ops.Value, channels int) *ops.Value {
	return b.Module("dna_embedder", func() *ops.Value {
		x := conv1D(b, sequence, channels, stemWidth)
		return residual(b, x, ConvBlock(b, "conv_block", x, channels, blockWidth))
	})
}

// DownResBlock appends two convolution blocks with residual connections: [B, S, D] to [B, S, D+step].
func DownResBlock(b *ops.Builder, name string, x *ops.Value, step int) *ops.Value {
	return b.Module(name, func() *ops.Value {
		channels := x.Shape[2] + step
		out := ConvBlock(b, "conv_block", x, channels, blockWidth)
		out = b.Function("residual", func() *ops.Value {
			return b.Add(out, b.Pad(x, 0, []int{0, 0, 0}, []int{0, 0, step}))
		})
		return residual(b, out, ConvBlock(b, "conv_block", out, channels, blockWidth))
	})
}

// UpResBlock appends an up-sampling block: x [B, S, D] and the encoder's value [B, 2S, C] of the same resolution as the
// result [B, 2S, C], with C at most D.
func UpResBlock(b *ops.Builder, x, skip *ops.Value) *ops.Value {
	return b.Module("up_res_block", func() *ops.Value {
		channels := skip.Shape[2]
		out := ConvBlock(b, "conv_in", x, channels, blockWidth)
		out = b.Function("residual", func() *ops.Value { return b.Add(out, sliceAxis(b, x, 2, 0, channels)) })
		out = repeat(b, out, 2, 1)
		out = b.Mul(out, parameter(b, "residual_scale"))
		out = residual(b, out, ConvBlock(b, "pointwise_conv_unet_skip", skip, channels, 1))
		return residual(b, out, ConvBlock(b, "conv_out", out, channels, blockWidth))
	})
}
