// Package policy holds precision policies as data and the passes that turn a graph and a policy into a plan.
//
// A policy says in which format parameters, states, intermediate values and outputs are kept, at which further sites
// values are rounded, in which order products and sums accumulate and which elementary functions are used. It is written
// as YAML: a preset, a jmp string, overrides by glob.
//
//	name: pair-in-float32
//	extends: jax-cpu-eager
//	overrides:
//	  - match: "**/sequence_to_pair_block/**"
//	    compute: float32
//
// # Sites
//
// A glob is matched against the names of an equation's result: its taps (alphagenome/output_pair/layer_norm), its module
// (alphagenome/transformer_tower), module and function (alphagenome/output_pair:gelu), and these followed by @primitive
// (alphagenome/transformer_tower:residual@add). The cast of a parameter or state also goes by module@leaf
// (alphagenome/embed@embeddings). In a glob, * stands for any characters but a slash, ? for one of them, ** for any
// characters; a leading **/ may be empty and a trailing /** also matches the module itself.
//
// # Mixtures
//
// A [Mixture] carries out some equations as under one policy and the others as under another, to find out which of them
// explain an error. Its sites can be grouped by function, module, block or globs (docs/attribution.md).
package policy
