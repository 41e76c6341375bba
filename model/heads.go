package model

import (
	"fmt"
	"slices"

	"bf16lab/ops"
)

// softClip is the value from which scaled predictions grow like a square root.
const softClip = 10

// prediction is a named result of a head, before the final cast.
type prediction struct {
	name  string // head/prediction
	value *ops.Value
}

// trackMeans appends the means of all heads of genome tracks, each [organisms, tracks]. The official constructor builds
// them before the model runs, outside of its modules.
func trackMeans(b *ops.Builder, c Config) []*ops.Value {
	means := make([]*ops.Value, len(c.GenomeTracks))
	for i, g := range c.GenomeTracks {
		rows := make([]*ops.Value, len(g.Means))
		for organism, m := range g.Means {
			if m == nil {
				rows[organism] = full(b, 1, ops.Float32, ops.Shape{g.Tracks})
				continue
			}
			rows[organism] = b.Constant(fmt.Sprintf("%s/track_means/%d", g.Name, organism), m, g.Tracks)
		}
		means[i] = b.Stack(0, rows...)
	}
	return means
}

// MultiOrganismLinear appends a linear layer with weights of its own for each organism: x [B, ..., D] to float32
// [B, ..., out]. Products are summed and the bias is added in float32.
func MultiOrganismLinear(b *ops.Builder, x, organism *ops.Value, organisms, out int) *ops.Value {
	return b.Module("multi_organism_linear", func() *ops.Value {
		last := len(x.Shape) - 1
		w := take(b, parameter(b, "w", organisms, x.Shape[last], out), organism)
		bias := take(b, parameter(b, "b", organisms, out), organism)
		y := einsum(b, "b...i,bij->b...j", x, w, ops.Float32, "")
		return b.Function("linear_bias", func() *ops.Value {
			shape := make(ops.Shape, len(x.Shape))
			for i := range shape {
				shape[i] = 1
			}
			shape[0], shape[last] = bias.Shape[0], out
			return b.Add(y, b.ConvertElementType(b.Reshape(bias, shape...), ops.Float32))
		})
	})
}

// predictionsScaling appends the way from scaled predictions x [B, S, N] back to the scale of the data:
//
//	x > 10: (x + 10)^2 / 40;  squashed: x^(4/3);  x * means * resolution
//
// means are those of each sequence's organism, [B, N]; NaN for tracks that the organism does not have.
func predictionsScaling(b *ops.Builder, x, means *ops.Value, resolution int, squashed bool) *ops.Value {
	large := b.Gt(x, ops.Scalar(softClip))
	clipped := b.Div(b.IntegerPow(b.Add(x, ops.Scalar(softClip)), 2), ops.Scalar(4*softClip))
	x = b.SelectN(large, x, clipped)
	if squashed {
		x = b.Pow(x, ops.Scalar(1/0.75))
	}
	return b.Mul(x, b.Mul(expandDims(b, means, 1), ops.Scalar(resolution)))
}

// genomeTracksHead appends a head of genome tracks: for each resolution, scaled and un-scaled predictions [B, S, N].
func genomeTracksHead(b *ops.Builder, c Config, g GenomeTracks, e Embeddings, organism, means *ops.Value) []prediction {
	var out []prediction
	for _, resolution := range g.Resolutions {
		b.NameScope(fmt.Sprintf("resolution_%d", resolution), func() {
			x := MultiOrganismLinear(b, e.at(resolution), organism, c.Organisms, g.Tracks)
			scales := b.ConvertElementType(parameter(b, "learnt_scale", c.Organisms, g.Tracks), x.DType)
			scale := take(b, scales, organism)
			positive := softplus(b, x)
			scaled := b.Mul(positive, softplus(b, expandDims(b, scale, 1)))
			unscaled := b.Function("unscale", func() *ops.Value {
				return predictionsScaling(b, scaled, take(b, means, organism), resolution, g.Squash)
			})
			out = append(out,
				prediction{fmt.Sprintf("%s/scaled_predictions_%dbp", g.Name, resolution), scaled},
				prediction{fmt.Sprintf("%s/predictions_%dbp", g.Name, resolution), unscaled})
		})
	}
	return out
}

// contactMapsHead appends the contact maps [B, s, s, N].
func contactMapsHead(b *ops.Builder, c Config, e Embeddings, organism *ops.Value) []prediction {
	return []prediction{{"contact_maps/predictions", MultiOrganismLinear(b, e.Pair, organism, c.Organisms, c.ContactMaps)}}
}

// spliceSitesClassificationHead appends the probabilities of being a donor or an acceptor on either strand, or neither:
// [B, S, 5], and their logits.
func spliceSitesClassificationHead(b *ops.Builder, c Config, e Embeddings, organism *ops.Value) []prediction {
	const name = "splice_sites_classification"
	logits := MultiOrganismLinear(b, e.Base, organism, c.Organisms, c.SpliceClasses)
	return []prediction{{name + "/logits", logits}, {name + "/predictions", softmax(b, logits)}}
}

// spliceSitesUsageHead appends how often each position is used for splicing, in float16: [B, S, N], and the logits.
func spliceSitesUsageHead(b *ops.Builder, c Config, e Embeddings, organism *ops.Value) []prediction {
	const name = "splice_sites_usage"
	logits := MultiOrganismLinear(b, e.Base, organism, c.Organisms, c.SpliceUsage)
	usage := b.ConvertElementType(b.Logistic(logits), ops.Float16)
	return []prediction{{name + "/logits", logits}, {name + "/predictions", usage}}
}

// spliceSitesJunctionHead appends counts of junctions between donors and acceptors [B, P, P, 2T], the strands one after
// the other, and which of them exist. positions int32 [B, 4, P] holds donors and acceptors of the positive, then of the
// negative strand, -1 where there is none.
func spliceSitesJunctionHead(b *ops.Builder, c Config, x, positions, organism *ops.Value) (counts, mask *ops.Value) {
	site := make([]*ops.Value, 4)
	for i := range site {
		site[i] = indexAxis(b, positions, 1, i)
	}
	posDonor, posAcceptor, negDonor, negAcceptor := site[0], site[1], site[2], site[3]
	hidden := MultiOrganismLinear(b, x, organism, c.Organisms, c.JunctionHidden)
	logits := func(scope string, sites *ops.Value) *ops.Value {
		return junctionLogits(b, c, scope, hidden, sites, organism)
	}
	acceptors := logits("pos_acceptor_logits", posAcceptor)
	donors := logits("pos_donor_logits", posDonor)
	negAcceptors := logits("neg_acceptor_logits", negAcceptor)
	negDonors := logits("neg_donor_logits", negDonor)

	const pairs = "bdtc,batc->bdat"
	pos := softplus(b, einsum(b, pairs, donors, acceptors, ops.Float32, halfPrecisionDot))
	neg := softplus(b, einsum(b, pairs, negDonors, negAcceptors, ops.Float32, halfPrecisionDot))
	posPairs, negPairs := sitePairs(b, posDonor, posAcceptor), sitePairs(b, negDonor, negAcceptor)
	tracks := take(b, junctionTracks(b, c), organism)
	posMask := b.And(expandDims(b, posPairs, 3), expandDims(b, sliceAxis(b, tracks, 1, 0, c.JunctionTissues), 1, 2))
	negMask := b.And(expandDims(b, negPairs, 3), expandDims(b, sliceAxis(b, tracks, 1, c.JunctionTissues, 2*c.JunctionTissues), 1, 2))
	mask = b.Concatenate(3, posMask, negMask)
	counts = b.Concatenate(3, pos, neg)
	return b.SelectN(mask, full(b, 0, ops.Float32, counts.Shape), counts), mask
}

// junctionLogits appends the hidden values [B, S, C] at sites [B, P], scaled and shifted for each tissue and turned by the
// sites' positions: float32 [B, P, T, C].
func junctionLogits(b *ops.Builder, c Config, scope string, hidden, sites, organism *ops.Value) *ops.Value {
	var y *ops.Value
	b.NameScope(scope, func() {
		x := takeEach(b, hidden, sites)
		tissues, channels := c.JunctionTissues, c.JunctionHidden
		table := parameter(b, "embeddings", c.Organisms, 2*tissues*channels)
		table = take(b, b.Reshape(table, c.Organisms, 2, tissues, channels), organism)
		scale := takeAxis(b, table, b.Constant(scope+"/scale_index", []int32{0}, 1), 1)
		offset := takeAxis(b, table, b.Constant(scope+"/offset_index", []int32{1}, 1), 1)
		x = expandDims(b, x, 2)
		x = b.Mul(b.ConvertElementType(scale, ops.Float32), x)
		x = b.Add(x, b.ConvertElementType(offset, ops.Float32))
		y = applyRope(b, x, sites, c.JunctionDistance)
	})
	return y
}

// sitePairs appends which pairs of donors [B, P] and acceptors [B, P] exist: [B, P, P].
func sitePairs(b *ops.Builder, donors, acceptors *ops.Value) *ops.Value {
	d := b.Ge(donors, ops.Scalar(0))
	a := b.Ge(acceptors, ops.Scalar(0))
	return einsum(b, "bd,ba->bda", d, a, ops.Bool, "")
}

// junctionTracks appends which tracks of the junction head each organism has: [organisms, 2T].
func junctionTracks(b *ops.Builder, c Config) *ops.Value {
	rows := make([]*ops.Value, len(c.JunctionMask))
	for organism, tissues := range c.JunctionMask {
		name := fmt.Sprintf("splice_sites_junction/track_mask/%d", organism)
		rows[organism] = b.Constant(name, slices.Concat(tissues, tissues), 2*c.JunctionTissues)
	}
	return b.Stack(0, rows...)
}

// at returns the embeddings of a resolution in bases per position.
func (e Embeddings) at(resolution int) *ops.Value {
	if resolution == 1 {
		return e.Base
	}
	return e.Tower
}
