// Package ops holds the primitives of the laboratory and the graph they are written into.
//
// The graph is a jaxpr: its primitives carry JAX's names, every equation knows the dtypes, the shapes and the call path
// of what it computes. A model is traced into one graph with the symbolic dtype [Compute]; with Compute = bfloat16 the
// equations are those of the official bfloat16 jaxpr, with Compute = float32 (where a convert to the same dtype does
// nothing) those of the float32 jaxpr.
//
// A [Plan] says for each equation how it is carried out: which operands are rounded on the way in, in which format the
// result is kept, how sums and products accumulate, which elementary functions are used. Plans are made by package policy
// and carried out by package ops/cpu; the definition of each primitive in plain Go is here, one file each.
//
// # Glossary
//
//   - primitive: one operation of JAX, such as add or dot_general
//   - equation: one use of a primitive in a graph ([Node])
//   - value: what an equation computes ([Value]); a tensor of known dtype and shape
//   - tap: a named value that is watched and compared ([Tap])
//   - path: JAX's name stack at the equation, for example alphagenome/transformer_tower/mha_block
//   - module: the haiku module path, under which parameters and taps are named
//   - function: the innermost named function inside a module, such as gelu or softmax
package ops
