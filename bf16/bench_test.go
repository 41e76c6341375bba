package bf16

import (
	"fmt"
	"testing"
)

// benchmarkSizes are element counts: inside L1, inside L2, beyond the caches.
var benchmarkSizes = []int{1 << 10, 1 << 16, 1 << 22}

// activations returns n values as a model has them: both signs, six binades.
func activations(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		random := RandomBits(1, uint64(i))
		values[i] = (float32(random>>40)*0x1p-23 - 1) * float32(uint64(1)<<(random&7)) / 16
	}
	return values
}

func BenchmarkRoundSlice(b *testing.B) {
	for _, f := range Formats() {
		for _, n := range benchmarkSizes {
			b.Run(fmt.Sprintf("format=%v/n=%d", f, n), func(b *testing.B) {
				src, dst := activations(n), make([]float32, n)
				b.SetBytes(int64(4 * n))
				for b.Loop() {
					f.RoundSlice(dst, src)
				}
				perElement(b, n)
			})
		}
	}
}

func BenchmarkRoundingSlice(b *testing.B) {
	const n = 1 << 16
	for _, mode := range []Mode{TowardZero, Stochastic} {
		for _, f := range []Format{BFloat16, Float16} {
			b.Run(fmt.Sprintf("mode=%v/format=%v/n=%d", mode, f, n), func(b *testing.B) {
				src, dst := activations(n), make([]float32, n)
				b.SetBytes(4 * n)
				for b.Loop() {
					Rounding{Format: f, Mode: mode, Key: 1}.RoundSlice(dst, src, 0)
				}
				perElement(b, n)
			})
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	for _, n := range benchmarkSizes {
		floats, codes := activations(n), make([]uint16, n)
		EncodeFloat16(codes, floats)
		for name, convert := range map[string]func(){
			"EncodeBFloat16": func() { EncodeBFloat16(codes, floats) },
			"DecodeBFloat16": func() { DecodeBFloat16(floats, codes) },
			"EncodeFloat16":  func() { EncodeFloat16(codes, floats) },
			"DecodeFloat16":  func() { DecodeFloat16(floats, codes) },
		} {
			b.Run(fmt.Sprintf("function=%s/n=%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(6 * n))
				for b.Loop() {
					convert()
				}
				perElement(b, n)
			})
		}
	}
}

func BenchmarkRound64(b *testing.B) {
	for _, f := range Formats() {
		b.Run(fmt.Sprintf("format=%v", f), func(b *testing.B) {
			x := 1.0
			for b.Loop() {
				x = f.Round64(x+0.1) / 2
			}
		})
	}
}

func BenchmarkUlpDistances(b *testing.B) {
	const n = 1 << 16
	for _, f := range []Format{BFloat16, Float32} {
		b.Run(fmt.Sprintf("format=%v/n=%d", f, n), func(b *testing.B) {
			x, y, distances := activations(n), activations(n), make([]uint64, n)
			for b.Loop() {
				f.UlpDistances(distances, x, y)
			}
			perElement(b, n)
		})
	}
}

// perElement reports nanoseconds per element.
func perElement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
}
