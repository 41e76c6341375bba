package model

import "bf16lab/ops"

// Embeddings are what the heads see: [B, S, 2*Channels] at one base per position, [B, S', 2*TowerChannels] at the
// resolution of the tower, [B, s, s, PairChannels].
type Embeddings struct {
	Base, Tower, Pair *ops.Value
}

// OutputEmbedder appends the embeddings of x [B, S, D]: a linear layer to 2D channels, plus, where skip [B, S', D'] is not
// nil, a linear layer of skip repeated to length S, then RMSBatchNorm, the organism's embedding and gelu.
func OutputEmbedder(b *ops.Builder, x, organism *ops.Value, organisms int, skip *ops.Value) *ops.Value {
	return b.Module("output_embedder", func() *ops.Value {
		channels := 2 * x.Shape[2]
		x := linearBias(b, "linear", x, channels)
		if skip != nil {
			y := linear(b, "linear", skip, channels)
			x = b.Add(x, repeat(b, y, x.Shape[1]/y.Shape[1], 1))
		}
		x = RMSBatchNorm(b, x)
		x = b.Add(x, expandDims(b, embed(b, organism, organisms, channels), 1))
		return gelu(b, x)
	})
}

// OutputPair appends the embeddings of the pair representation [B, s, s, F]: made symmetric, normalised, with the
// organism's embedding, gelu.
func OutputPair(b *ops.Builder, x, organism *ops.Value, organisms int) *ops.Value {
	return b.Module("output_pair", func() *ops.Value {
		x := b.Div(b.Add(x, b.Transpose(x, 0, 2, 1, 3)), ops.Scalar(2))
		x = RMSNorm(b, "layer_norm", x)
		x = b.Add(x, expandDims(b, embed(b, organism, organisms, x.Shape[3]), 1, 2))
		return gelu(b, x)
	})
}
