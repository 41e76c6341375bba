package model

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/ops"
)

// Names of the arguments of a traced model.
const (
	SequenceArgument  = "dna_sequence"          // float32 [B, S, 4], one-hot A C G T
	OrganismArgument  = "organism_index"        // int32 [B], 0 human, 1 mouse
	PositionsArgument = "splice_site_positions" // int32 [B, 4, P], only with Config.ImposePositions
)

// Trace writes the model into a graph. It panics where the configuration is impossible ([Config.Validate]).
func Trace(c Config) *ops.Graph {
	if err := c.Validate(); err != nil {
		panic(err.Error())
	}
	b := ops.NewBuilder()
	means := trackMeans(b, c)
	sequence := b.Argument(SequenceArgument, ops.Float32, c.Batch, c.Length, 4)
	organism := b.Argument(OrganismArgument, ops.Int32, c.Batch)
	b.ModuleScope("alphagenome", func() { alphaGenome(b, c, means, sequence, organism) })
	return b.Graph()
}

// alphaGenome appends the body of the model and its outputs.
func alphaGenome(b *ops.Builder, c Config, means []*ops.Value, sequence, organism *ops.Value) {
	trunk, intermediates := SequenceEncoder(b, c, b.ConvertElementType(sequence, ops.Compute))
	trunk = b.Add(trunk, expandDims(b, embed(b, organism, c.Organisms, trunk.Shape[2]), 1))
	trunk, pair := TransformerTower(b, c, trunk)
	x := SequenceDecoder(b, trunk, intermediates)

	var e Embeddings
	e.Tower = OutputEmbedder(b, trunk, organism, c.Organisms, nil)
	e.Base = OutputEmbedder(b, x, organism, c.Organisms, e.Tower)
	e.Pair = OutputPair(b, pair, organism, c.Organisms)
	predictions := heads(b, c, e, means, organism)

	// JAX walks through the results in the order of their names.
	slices.SortFunc(predictions, func(p, q prediction) int { return strings.Compare(p.name, q.name) })
	for i, p := range predictions {
		predictions[i].value = outputCast(b, p.value)
	}
	b.Output("embeddings_1bp", e.Base)
	b.Output(fmt.Sprintf("embeddings_%dbp", c.TowerResolution()), e.Tower)
	b.Output("embeddings_pair", e.Pair)
	for _, p := range predictions {
		b.Output(p.name, p.value)
	}
}

// heads appends all configured heads.
func heads(b *ops.Builder, c Config, e Embeddings, means []*ops.Value, organism *ops.Value) []prediction {
	var out []prediction
	head := func(name string, tracks int, f func() []prediction) {
		if tracks > 0 {
			b.NameScope("head", func() { b.ModuleScope(name, func() { out = append(out, f()...) }) })
		}
	}
	for i, g := range c.GenomeTracks {
		head(g.Name, g.Tracks, func() []prediction { return genomeTracksHead(b, c, g, e, organism, means[i]) })
	}
	head("contact_maps", c.ContactMaps, func() []prediction { return contactMapsHead(b, c, e, organism) })
	head("splice_sites_classification", c.SpliceClasses, func() []prediction {
		return spliceSitesClassificationHead(b, c, e, organism)
	})
	head("splice_sites_usage", c.SpliceUsage, func() []prediction { return spliceSitesUsageHead(b, c, e, organism) })
	if c.JunctionTissues > 0 {
		i := slices.IndexFunc(out, func(p prediction) bool { return p.name == "splice_sites_classification/predictions" })
		out = append(out, junctions(b, c, e, out[i].value, organism)...)
	}
	return out
}

// junctions appends the search for splice sites and the junction head on them. It is a method of the official model that
// casts its result itself.
func junctions(b *ops.Builder, c Config, e Embeddings, probabilities, organism *ops.Value) []prediction {
	const name = "splice_sites_junction"
	found := generateSpliceSitePositions(b, probabilities, c.SpliceSites, c.SpliceSiteThreshold)
	positions := found
	if c.ImposePositions {
		positions = b.Argument(PositionsArgument, ops.Int32, c.Batch, 4, c.SpliceSites)
	}
	var counts, mask *ops.Value
	b.Named("predict_junctions/alphagenome", func() {
		b.NameScope("head", func() {
			b.ModuleScope(name, func() { counts, mask = spliceSitesJunctionHead(b, c, e.Base, positions, organism) })
		})
		counts = outputCast(b, counts)
	})
	return []prediction{{name + "/predictions", counts}, {name + "/splice_junction_mask", mask}, {name + "/splice_site_positions", found}}
}

// outputCast appends the cast of a floating-point result to the compute type, haiku's mixed precision policy.
func outputCast(b *ops.Builder, x *ops.Value) *ops.Value {
	if !x.DType.IsFloat() {
		return x
	}
	return b.Function("output", func() *ops.Value { return b.ConvertElementType(x, ops.Compute) })
}

// SequenceEncoder appends the encoder: bases [B, S, 4] to [B, S', TowerChannels], and the value before each pool, in
// descending resolution.
func SequenceEncoder(b *ops.Builder, c Config, sequence *ops.Value) (*ops.Value, []*ops.Value) {
	var x *ops.Value
	var intermediates []*ops.Value
	b.ModuleScope("sequence_encoder", func() {
		x = DnaEmbedder(b, sequence, c.Channels)
		intermediates = append(intermediates, x)
		x = pool(b, x)
		for i := range c.DownResBlocks {
			x = DownResBlock(b, fmt.Sprintf("downres_block_%d", i), x, c.ChannelStep)
			intermediates = append(intermediates, x)
			x = pool(b, x)
		}
	})
	return x, intermediates
}

// TransformerTower appends the tower: x [B, S', D] to the same shape and the pair representation [B, s, s, F].
func TransformerTower(b *ops.Builder, c Config, x *ops.Value) (*ops.Value, *ops.Value) {
	var pair *ops.Value
	b.ModuleScope("transformer_tower", func() {
		for i := range c.TowerDepth {
			if i%2 == 0 {
				pair = PairUpdateBlock(b, c, x, pair)
			}
			bias := AttentionBiasBlock(b, c, pair)
			x = residual(b, x, MHABlock(b, c, x, bias))
			x = residual(b, x, MLPBlock(b, x))
		}
	})
	return x, pair
}

// SequenceDecoder appends the decoder: x [B, S', D] and the encoder's intermediate values to [B, S, Channels].
func SequenceDecoder(b *ops.Builder, x *ops.Value, intermediates []*ops.Value) *ops.Value {
	return b.Module("sequence_decoder", func() *ops.Value {
		for i := len(intermediates) - 1; i >= 0; i-- {
			x = UpResBlock(b, x, intermediates[i])
		}
		return x
	})
}
