package weights

import (
	"maps"
	"sync"
)

// VarEMAExponent returns the exponent e of the synthetic var_ema of an official RMSBatchNorm, (1 + 0.5 u) * 2^e.
//
// The 81 exponents were chosen once from a float32 run, so that the activations of the synthetic model stay in range.
// ok is false if module is no RMSBatchNorm of the official model.
func VarEMAExponent(module string) (exponent int, ok bool) {
	exponent, ok = exponents()[module]
	return exponent, ok
}

// VarEMAExponents returns all of them by module path. The caller owns the result.
func VarEMAExponents() map[string]int {
	return maps.Clone(exponents())
}

var exponents = sync.OnceValue(func() map[string]int {
	return decode[map[string]int]("var_ema exponents", exponentsFile)
})
