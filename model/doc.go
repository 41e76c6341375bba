// Package model is AlphaGenome written once, without precision: [Trace] writes the model into a graph of JAX's
// primitives.
//
// The functions carry the names of the official code (google-deepmind/alphagenome_research, Apache-2.0, files
// model/*.py), one Go file for each Python file, and append the equations that JAX appends when it traces that code:
// with compute type bfloat16 the graph is the official bfloat16 jaxpr, equation by equation; with float32, where
// converts to the same type vanish, the official float32 jaxpr. jnp.go and einsum.go hold the functions of jax.numpy and
// jax.nn as JAX traces them, haiku.go the modules of haiku.
//
// Functions that stand for a haiku module are exported and open the module themselves. Values have the symbolic dtype
// [ops.Compute] unless the official code says otherwise; parameters are stored in float32 and cast where they are used.
//
// # Function names
//
// A policy addresses regions by module path and by function. The functions named here are gelu, gelu_tanh, softmax,
// rope, layer_norm, rms_batch_norm, weight_standardisation, softplus, unscale, soft_cap, relative_position, shift, pool,
// residual, linear_bias, position_bias, parameter (the cast of a parameter), state (the cast of a state) and output (the
// final casts). Of nested functions the innermost counts.
//
// # Shapes
//
// B sequences, S positions of the value at hand, D channels, H heads, C channels of a head, s positions of the pair
// representation, F its channels, P splice sites, T tissues.
package model
