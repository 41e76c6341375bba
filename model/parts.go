package model

import "strings"

// Parts of the model, from the sequence to the results.
const (
	EncoderPart  = "encoder"  // sequence_encoder and the organism's embedding behind it
	TowerPart    = "tower"    // attention and perceptrons on the sequence
	PairPart     = "pair"     // pair updates, and the attention bias that is made of them
	DecoderPart  = "decoder"  // sequence_decoder
	EmbedderPart = "embedder" // output_embedder, output_pair
	HeadPart     = "head"     // all below head/
	OutputPart   = "output"   // results after the final cast
)

// Parts returns all parts in the order of execution.
func Parts() []string {
	return []string{EncoderPart, PairPart, TowerPart, DecoderPart, EmbedderPart, HeadPart, OutputPart}
}

// Part returns the part of the model that a tap or a module path belongs to, or the empty string where it is not one of
// AlphaGenome's.
func Part(tap string) string {
	path := elements(tap)
	if path[0] == "out" {
		return OutputPart
	}
	if path[0] != "alphagenome" || len(path) < 2 {
		return ""
	}
	switch block := path[1]; {
	case block == "sequence_encoder" || block == "embed":
		return EncoderPart
	case block == "transformer_tower":
		if len(path) > 2 && (strings.HasPrefix(path[2], "pair_update_block") || strings.HasPrefix(path[2], "attention_bias_block")) {
			return PairPart
		}
		return TowerPart
	case block == "sequence_decoder":
		return DecoderPart
	case strings.HasPrefix(block, "output_"):
		return EmbedderPart
	case block == "head":
		return HeadPart
	}
	return ""
}

// Block returns the block that encloses a tap, a row of a heat map: dna_embedder, downres_block_0, max_pool_3, embed,
// mha_block_3, pair_update_block_1/row_attention_block, up_res_block_2, output_embedder_1, head/atac, out/atac. A tap
// outside of all blocks, such as that of the whole decoder, is its own module.
func Block(tap string) string {
	path := elements(tap)
	switch {
	case path[0] == "out":
		return strings.Join(path[:min(2, len(path))], "/")
	case path[0] != "alphagenome" || len(path) < 2:
		return strings.Join(path, "/")
	}
	path = path[1:]
	switch path[0] {
	case "head":
		return strings.Join(path[:min(2, len(path))], "/")
	case "sequence_encoder", "sequence_decoder", "transformer_tower":
		if len(path) == 1 {
			return poolBlock(path[0], tap)
		}
		path = path[1:]
	}
	if strings.HasPrefix(path[0], "pair_update_block") {
		return strings.Join(path[:min(2, len(path))], "/")
	}
	return path[0]
}

// poolBlock returns the block of a tap of the encoder itself: max_pool_1 for sequence_encoder:pool#1, the value that this
// module returns.
func poolBlock(module, tap string) string {
	_, number, found := strings.Cut(tap, ":pool")
	if !found {
		return module
	}
	return "max_pool" + strings.Replace(number, "#", "_", 1)
}

// elements splits the module path of a tap, without the suffix of a value inside the module.
func elements(tap string) []string {
	path, _, _ := strings.Cut(tap, ":")
	path, _, _ = strings.Cut(path, "#")
	return strings.Split(path, "/")
}
