package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// similar returns a reference with the magnitudes of an embedding and a test array that differs by a relative error.
func similar(n int, relative float64) (reference, test []float32) {
	random := rand.New(rand.NewPCG(1, 2))
	reference, test = make([]float32, n), make([]float32, n)
	for i := range reference {
		reference[i] = float32(0.15 * random.NormFloat64())
		test[i] = reference[i] + float32(0.15*relative*random.NormFloat64())
	}
	return reference, test
}

// rounded is similar with a test array that has been rounded to bf16, as the taps of most policies are.
func rounded(n int, relative float64) (reference, test []float32) {
	reference, test = similar(n, relative)
	for i, x := range test {
		test[i] = math.Float32frombits(roundBits(math.Float32bits(x)) << 16)
	}
	return reference, test
}

func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name   string
		arrays func(n int) (reference, test []float32)
	}{
		{"bf16", func(n int) ([]float32, []float32) { return rounded(n, 2e-2) }},
		{"float32", func(n int) ([]float32, []float32) { return similar(n, 1e-6) }},
		{"identical", func(n int) ([]float32, []float32) { r, _ := similar(n, 0); return r, append([]float32(nil), r...) }},
		{"half", func(n int) ([]float32, []float32) {
			r, t := similar(n, 1e-2)
			for i := range t {
				if rand.IntN(2) == 0 {
					t[i] = r[i]
				}
			}
			return r, t
		}},
		{"nan", func(n int) ([]float32, []float32) {
			r, t := rounded(n, 2e-2)
			for i := 0; i < n; i += 7 {
				t[i] = float32(math.NaN())
			}
			return r, t
		}},
	} {
		for _, n := range []int{256, 4096, 65536, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				reference, test := c.arrays(n)
				b.SetBytes(int64(8 * n))
				for b.Loop() {
					var a Accumulator
					a.Add(reference, test, 0)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
			})
		}
	}
}

func BenchmarkAddFloat64(b *testing.B) {
	r, t := similar(65536, 1e-2)
	reference, test := make([]float64, len(r)), make([]float64, len(r))
	Widen(reference, r)
	Widen(test, t)
	for b.Loop() {
		var a Accumulator
		a.AddFloat64(reference, test, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(r)), "ns/element")
}

func BenchmarkMerge(b *testing.B) {
	reference, test := rounded(4096, 2e-2)
	var a, other Accumulator
	other.Add(reference, test, 0)
	for b.Loop() {
		a.Merge(&other)
	}
}

func BenchmarkScatter(b *testing.B) {
	reference, test := rounded(1<<14, 2e-2)
	b.SetBytes(8 << 14)
	var s Scatter
	for b.Loop() {
		s.Add(reference, test)
	}
}

func BenchmarkTruth(b *testing.B) {
	reference, test := make([]bool, 1<<14), make([]bool, 1<<14)
	for i := range reference {
		reference[i], test[i] = rand.IntN(8) == 0, rand.IntN(8) == 0
	}
	b.SetBytes(2 << 14)
	for b.Loop() {
		var a Accumulator
		AddWidened(&a, reference, test, 0)
	}
}
