// Package reference reads reference runs of the official model: an npz file and the JSON file beside it.
//
// There are two layouts. Block cases hold every element of the outputs of small building blocks on synthetic inputs.
// Whole-model runs hold the model's taps in execution order: a small tensor whole, of a large one N scattered elements,
// those at flat index k * 2654435761 mod size for k = 0 .. N-1. Bfloat16 values are stored as their 16 bits.
//
// Files are taken to be hostile: sizes are checked against what the JSON file says before memory is taken.
package reference
