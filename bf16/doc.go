// Package bf16 holds number formats and rounding: what a value becomes when it
// is stored in bfloat16, float16, TF32, FP8, float32 or float64.
//
// Everything is a pure function on scalars and slices; the package knows
// nothing of tensors, graphs or models. A [Format] is data and comparable with
// ==. A [Rounding] adds the mode (nearest even, toward zero, stochastic) and is
// data too. Fused multiply-add, dot products and sums in explicit orders of
// accumulation are here as well.
//
// # Words
//
//   - code: the bit pattern of a value in a format, right-aligned in a uint64.
//   - emin, emax: exponents of the smallest and the largest normal binade.
//   - ulp: distance between neighbouring values of a format in one binade.
//   - subnormal: a value below 2^emin; all of them share one ulp, 2^(emin-m)
//     with m mantissa bits.
//   - fn: "finite and NaN", a format without infinities whose only NaN is the
//     all-ones code (OCP 8-bit floating point, E4M3).
//
// # What rounding does
//
// The real value of the source is rounded once, whatever the source type:
// [Format.Round64] never passes through float32. Special values:
//
//   - ±0 and the sign of every result that underflows are kept.
//   - A value that rounds beyond the largest finite one becomes infinite; NaN
//     where the format has no infinity; the largest finite value where the
//     format saturates. Toward zero stops at the largest finite value.
//   - Infinities stay, become NaN without infinities, or the largest finite
//     value where the format saturates.
//   - NaN becomes a quiet NaN of the same sign. Its payload is cleared, or
//     its upper bits are kept where [Format.KeepPayload] says so. XLA clears it
//     for bfloat16 and FP8 and keeps it for float16; the package's values agree
//     with jax 0.10.2 on CPU on all 2^32 float32 patterns.
//   - Subnormals are kept, or flushed to a zero of the same sign where the
//     format says so. Flushing looks at the source: whatever is below 2^emin
//     before rounding becomes zero, which is what the CPU instruction
//     VCVTNEPS2BF16 does.
//
// Nothing here depends on the instruction set or on the number of threads.
package bf16
