package cpu

import (
	"fmt"
	"testing"
)

// Kernels on runs that stay in the first-level cache.
func BenchmarkElementwise(b *testing.B) {
	const n = 2048
	x, _ := operandOf(lcgValues(1, n), true)
	y := floats{wide: lcgValues(2, n)}
	k := activeElementwise()
	for _, narrow := range []bool{false, true} {
		dst, _ := resultOf(n, narrow)
		for name, f := range map[string]func(){
			"mul":                  func() { k.mul.run(modeFlush, n, dst, x, y, 1, 1) },
			"mul without flushing": func() { k.mul.run(0, n, dst, x, y, 1, 1) },
			"copy":                 func() { k.copy.run(0, n, dst, x) },
			"logistic":             func() { k.logisticBFloat16.run(0, n, dst, x) },
			"exp":                  func() { k.exp.run(0, n, dst, x) },
		} {
			b.Run(fmt.Sprintf("%s/narrow=%v", name, narrow), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}
