// Package weights names the tensors of AlphaGenome and produces synthetic values for them.
//
// The official checkpoint holds 589 parameters (450,452,613 values) and 81 states (100,608 values: the running mean
// squares of RMSBatchNorm). Manifest lists their names and shapes, Heads holds the track metadata that the checkpoint
// does not (means for un-scaling, padding masks). Names, shapes and metadata are those of
// google-deepmind/alphagenome_research at 3f79219; data/README.md says how they were obtained.
//
// A tensor's name is its haiku module path, a slash, and its leaf:
//
//	alphagenome/transformer_tower/mha_block_3/norm_q/scale
//	`----------------- module ------------------´   leaf
//
// Anything that delivers tensors is a Source. Synthetic is the Source that needs no file: a counter-based generator
// whose float32 bits are the same on every machine, in every language and for every number of threads.
package weights
