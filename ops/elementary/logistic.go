package elementary

import "bf16lab/bf16"

// xlaLogistic is the logistic function as XLA CPU computes it: 1 / (1 + exp(-x)) with xlaExp. LLVM fuses the last product
// of exp into the sum, which changes nothing because that product is exact. Results below 2^-126 are flushed, so logistic is
// zero from about -87.34 down.
func xlaLogistic(x float32) float32 {
	return Flush(1 / (1 + xlaExp(-x)))
}

// xlaLogisticSlice sets dst[i] = xlaLogistic(src[i]).
func xlaLogisticSlice(dst, src []float32) {
	checkLengths(dst, src)
	for i, v := range src {
		dst[i] = xlaLogistic(v)
	}
}

// xlaLogisticBFloat16 is the logistic function of a bfloat16 value as XLA CPU computes it, before the last rounding. XLA
// expands logistic into the operations negate, exp, add and divide of the operand's type, so the exponential and the sum are
// rounded to bfloat16: 1 / R(1 + R(exp(-x))). (All other functions of a bfloat16 value are the float32 function rounded once.)
func xlaLogisticBFloat16(x float32) float32 {
	e := roundBFloat16(xlaExp(-x))
	return Flush(1 / roundBFloat16(1+e))
}

func roundBFloat16(x float32) float32 { return bf16.FromBFloat16(bf16.ToBFloat16(x)) }
