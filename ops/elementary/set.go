package elementary

// Function is an elementary function of one float32, as a function of one value and as a loop over slices.
type Function struct {
	// Value returns f(x).
	Value func(x float32) float32
	// Slice sets dst[i] = f(src[i]) for all i, without an indirect call per element where it matters. dst may be src; it panics if
	// the lengths differ.
	Slice func(dst, src []float32)
}

// Set is one meaning of the elementary functions of float32. The names are those of JAX's primitives.
type Set struct {
	Name string

	Exp, Expm1, Log, Log1p Function
	Tanh, Logistic, Erf    Function
	Sqrt, Rsqrt            Function
	Sin, Cos               Function

	// LogisticBFloat16 is Logistic for an operand of type bfloat16; its result is still to be rounded. It differs from
	// Logistic where a framework rounds inside the function.
	LogisticBFloat16 Function

	// Pow returns x^y.
	Pow func(x, y float32) float32
}

// XLACPU computes what JAX 0.10.2 computes on a CPU with AVX, FMA and the RSQRTPS of AMD Zen 4, subnormals flushed.
var XLACPU = Set{
	Name:     "xla-cpu",
	Exp:      Function{xlaExp, xlaExpSlice},
	Expm1:    function(xlaExpm1),
	Log:      function(xlaLog),
	Log1p:    Function{xlaLog1p, xlaLog1pSlice},
	Tanh:     Function{xlaTanh, xlaTanhSlice},
	Logistic: Function{xlaLogistic, xlaLogisticSlice},
	Erf:      function(xlaErf),
	Sqrt:     function(xlaSqrt),
	Rsqrt:    Function{xlaRsqrt, xlaRsqrtSlice},
	Sin:      function(xlaSin),
	Cos:      function(xlaCos),
	Pow:      xlaPow,

	LogisticBFloat16: function(xlaLogisticBFloat16),
}

// function completes f by a loop over slices that calls it.
func function(f func(float32) float32) Function {
	return Function{Value: f, Slice: func(dst, src []float32) {
		checkLengths(dst, src)
		for i, v := range src {
			dst[i] = f(v)
		}
	}}
}

func checkLengths[T float32 | float64](dst, src []T) {
	if len(dst) != len(src) {
		panic("elementary: slices of different length")
	}
}
