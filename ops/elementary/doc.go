// Package elementary holds the elementary functions of float32 in named sets, so that which exp is meant is data:
//
//	XLACPU       the bits of JAX 0.10.2 on a CPU (jaxlib's XLA, x86-64 with AVX and FMA; rsqrt as on AMD Zen 4)
//	XLACPUFused  the same with the exp and tanh that jit fuses into large reductions
//	Exact        the correctly rounded result, subnormals kept
//	Float64      the same functions of float64, for policies that compute in float64
//
// Results depend on nothing but the argument: not on GOAMD64, GOARCH or the number of threads. NaN results are NaN, their
// sign and payload are not specified.
//
// # Flushing in XLACPU
//
// XLA CPU runs its kernels with FTZ and DAZ set. A subnormal operand of an arithmetic instruction counts as zero of its sign
// (Flush), a result below 2^-126 after rounding becomes zero of its sign (RoundFlush), and comparisons see flushed operands.
// What only moves bits keeps subnormals: neg, abs and the selects by which tanh, expm1 and sin return a tiny argument itself.
// Each function's comment says where this shows.
//
// # Fused steps without a fused instruction
//
// XLA lets LLVM contract a product and a sum of float32 to one fused multiply-add. Here a fused step is
//
//	round(x*y + z)   x, y, z float64 variables that hold float32 values
//
// The product of two float32 values is exact in float64, so the compiler may fuse or not. What remains is that the sum is
// rounded to float64 and then to float32, which errs if the float64 sum is a float32 tie and the exact sum is not
// (bf16.AddToOdd resolves that case). For a function of one float32 that can be settled for good, by trying all arguments:
// the results of exp, log, log1p, tanh and rsqrt in this form were compared with those of the machine code that jaxlib
// 0.10.2 makes for them, for all 2^32 arguments, and all agree, so no argument meets a harmful tie. expm1 and logistic add
// nothing to exp and tanh. erf has two such arguments and uses AddToOdd. (sqrt, sin, cos, square and the power 4/3 agree for
// all 2^32 arguments too, and pow on 12 million pairs.) TestDefinitions compares with definitions written with bf16.FMA32,
// on samples or, with -tags exhaustive, on all arguments; TestJAXDigests with JAX on every 257th argument.
//
// # Sources
//
// The XLA forms were read from the LLVM IR and the machine code that jaxlib 0.10.2 emits (XLA_FLAGS=--xla_dump_to); they come
// from xla/backends/cpu/codegen/polynomial_approximations.cc (exp, log) and xla/codegen/intrinsic/{tanh,log1p,erf,rsqrt}.cc.
// sin, cos and pow are calls of the C library's sinf, cosf, powf: here the algorithms of ARM optimized-routines as glibc 2.28
// and later have them, in the variant for machines with FMA.
//
// # What XLACPU does not cover
//
// One-dimensional arrays of 3, 5, 6, 7, 11, 13, 14 or 15 elements: XLA makes vectors of that odd length, for which it has no
// polynomial, and calls the C library's expf and logf for some or all of the elements.
package elementary
