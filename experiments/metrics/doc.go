// Package metrics compares the values of one tap under a precision policy with the same tap of the reference.
//
// An Accumulator takes a tap chunk by chunk, in any cut, while the values are in cache; its Result is a Metrics, the row
// of a report. A Digest tells whether two runs gave the same bits, a Scatter shows the error by magnitude, and the levels,
// limits and statistics of the project's seed document are here as data and functions.
//
// # Order of summation
//
// All sums are float64. A chunk is cut into blocks of 256 elements from its start; inside a block every sum runs in the
// order of the elements, and blocks are added in order. Products are rounded before they are added (no fused
// multiply-add), so all machines agree. Merge adds sums in the order in which it is called.
//
// Means and second moments of the two sides are taken about the first pair of each block and joined by the pairwise update
// of Chan, Golub and LeVeque instead of one pass over raw squares, in which the variance of 1e6 + noise of 0.1 would lose 14
// of its 16 digits, and a constant array would have a deviation of 1e-8 times its value instead of 0. What is lost now grows
// with mean / deviation, not with its square. Inside a block the pivot, being an element of it, bounds the loss at 8 bits
// for any values; Welford's update would need a division per element.
//
// # Answers that need a definition
//
//   - An element is compared if it is finite on both sides. The others are counted in Side and excluded from all sums, from
//     Within and from the ulp histogram; of the maxima, Side.Max alone is over every finite element of its side.
//   - NaN on both sides, whatever the payload, and infinities of equal sign are identical, and not compared.
//   - +0 and -0 are not identical; their distance is 0 ulps.
//   - Distances in ulps are between both sides rounded to bf16 (to nearest, ties to even; float64 is rounded once), with
//     bf16's subnormals counted like all others. A finite value that rounds to infinity is one ulp from the largest bf16.
//   - A zero reference: RelativeL2 and RelativeLinf are 0 if the test array is zero too, else +Inf.
//   - Pearson: if the standard deviation of a side is below 1e-12, 1 if the arrays are close and else 0. Close means
//     |test - reference| <= 1e-8 + 1e-5 |c| everywhere, with c the mean of the constant side, the reference's if both are.
//   - Cosine: 1 if both norms are below 1e-12, 0 if one is.
//   - Nothing to compare: if all elements are identical, which includes the empty array, errors are 0 and shares, Pearson
//     and cosine are 1; else all of these are NaN. Means, norms and maxima of the sides are 0.
//   - MaxAbsoluteIndex is the first index with the largest error, -1 if that error is 0.
//
// In JSON the float64 values NaN, +Inf and -Inf are the strings "NaN", "+Inf" and "-Inf".
package metrics
