package model

import (
	"slices"
	"strings"
	"testing"
)

func TestPartAndBlock(t *testing.T) {
	for _, c := range []struct{ tap, part, block string }{
		{"alphagenome/sequence_encoder/dna_embedder/conv_block:gelu", EncoderPart, "dna_embedder"},
		{"alphagenome/sequence_encoder/dna_embedder", EncoderPart, "dna_embedder"},
		{"alphagenome/sequence_encoder/max_pool", EncoderPart, "max_pool"},
		{"alphagenome/sequence_encoder:pool", EncoderPart, "max_pool"},
		{"alphagenome/sequence_encoder:pool#3", EncoderPart, "max_pool_3"},
		{"alphagenome/sequence_encoder/downres_block_0/conv_block_1/standardized_conv1_d", EncoderPart, "downres_block_0"},
		{"alphagenome/embed", EncoderPart, "embed"},
		{"alphagenome/transformer_tower/mha_block_3:einsum[bs,f->bsf]#1", TowerPart, "mha_block_3"},
		{"alphagenome/transformer_tower/mlp_block/linear_1", TowerPart, "mlp_block"},
		{"alphagenome/transformer_tower/attention_bias_block_2:gelu_tanh", PairPart, "attention_bias_block_2"},
		{"alphagenome/transformer_tower/pair_update_block_1/row_attention_block:softmax", PairPart, "pair_update_block_1/row_attention_block"},
		{"alphagenome/transformer_tower/pair_update_block_1/row_attention_block/linear_q", PairPart, "pair_update_block_1/row_attention_block"},
		{"alphagenome/transformer_tower/pair_update_block", PairPart, "pair_update_block"},
		{"alphagenome/sequence_decoder/up_res_block_2/conv_in:gelu", DecoderPart, "up_res_block_2"},
		{"alphagenome/sequence_decoder", DecoderPart, "sequence_decoder"},
		{"alphagenome/output_embedder_1/rms_batch_norm", EmbedderPart, "output_embedder_1"},
		{"alphagenome/output_pair:gelu", EmbedderPart, "output_pair"},
		{"alphagenome/head/atac/resolution_1/multi_organism_linear", HeadPart, "head/atac"},
		{"alphagenome/head/splice_sites_junction/pos_donor_logits:rope", HeadPart, "head/splice_sites_junction"},
		{"out/embeddings_1bp", OutputPart, "out/embeddings_1bp"},
		{"out/atac/predictions_1bp", OutputPart, "out/atac"},
		{"m/linear", "", "m/linear"},
		{"", "", ""},
	} {
		if part, block := Part(c.tap), Block(c.tap); part != c.part || block != c.block {
			t.Errorf("%s: part %q, block %q; want %q, %q", c.tap, part, block, c.part, c.block)
		}
	}
}

func TestEveryTapAndEquationHasAPart(t *testing.T) {
	g := Trace(AlphaGenome(2048))
	for _, tap := range g.Taps {
		if !slices.Contains(Parts(), Part(tap.Name)) {
			t.Errorf("tap %s is of part %q", tap.Name, Part(tap.Name))
		}
		if block := Block(tap.Name); block == "" || strings.Contains(block, ":") {
			t.Errorf("tap %s is of block %q", tap.Name, block)
		}
	}
	for _, n := range g.Nodes {
		if n.Module != "" && n.Module != "alphagenome" && Part(n.Module) == "" {
			t.Errorf("equation %d of %s has no part", n.Index, n.Module)
		}
	}
}
