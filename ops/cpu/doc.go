// Package cpu carries out the plans of package ops on the processor.
//
// A graph is cut into units once, for all plans: equations that need their whole operands, and
//   - products and convolutions, with an epilogue of what follows them element by element (bias, scale, residual, as far as
//     nobody watches what is between): a part of the results is rounded and goes through it while it is in cache;
//   - row units: runs of equations that treat the leading axes of their operands independently and are carried out tile by
//     tile while everything is in cache;
//   - column units: what is made of a parameter and summed over its rows, block by block of columns, and within a block from sum
//     to sum in sweeps over chunks of rows;
//   - batches: a product and the row units that make its operands, batch by batch.
//
// The plans run in lock step, unit by unit; where two plans agree on an equation and on everything before it, it is
// computed once. Products of several plans with the same right operand, mostly weights, pack it together: a piece of it is
// packed once and multiplied with the left operands of all of them. Parameters that a plan converts to bfloat16 for products only
// are rounded while they are packed. A value lives until its last use.
//
// Products, sums and elementwise primitives have kernels for AVX-512 and AVX2, and products of bfloat16 operands for
// AVX512_BF16, which are used where they are the faster ones, as a measurement of microseconds tells; everything else, and everything on other machines, is carried out by the definitions in plain Go.
//
// What is computed does not depend on the number of workers, on the instruction set, or on which values are watched.
package cpu
