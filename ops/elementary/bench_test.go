package elementary

import (
	"math/rand/v2"
	"testing"
)

func BenchmarkSlice(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float32, 4096), make([]float32, 4096)
	for i := range x {
		x[i] = float32(random.NormFloat64() * 3)
	}
	for _, set := range []Set{XLACPU} {
		for _, f := range functions(set) {
			b.Run(set.Name+"/"+f.name, func(b *testing.B) {
				if f.name == "log" || f.name == "rsqrt" || f.name == "sqrt" {
					x := append([]float32(nil), x...)
					for i := range x {
						x[i] = float32(float64(x[i]) * float64(x[i]))
					}
				}
				for b.Loop() {
					f.Slice(y, x)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/element")
			})
		}
	}
}
