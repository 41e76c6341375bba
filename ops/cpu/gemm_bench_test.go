package cpu

import (
	"fmt"
	"runtime"
	"testing"

	"bf16lab/bf16"
)

// Shapes of the model and square ones: m x n x k, with the order of XLA on a CPU.
func BenchmarkMatMul(b *testing.B) {
	block := bf16.DotOrder{Block: 512}
	for _, c := range []struct {
		m, n, k int
		name    string
		order   bf16.DotOrder
	}{
		{512, 512, 512, "block", block}, {1024, 1024, 1024, "block", block}, {2048, 2048, 2048, "block", block},
		{32, 3072, 1536, "block", block}, {4096, 768, 512, "block", block}, {1, 3072, 1536, "chain", bf16.DotOrder{}},
		{4096, 8, 1536, "lanes", bf16.DotOrder{Lanes: 4}}, {256, 256, 1536, "odd-first", bf16.DotOrder{OddFirst: true}},
		{256, 256, 1536, "pairwise", bf16.DotOrder{Pairwise: true}}, {256, 256, 1536, "unfused", bf16.DotOrder{Unfused: true}},
	} {
		x := Matrix{Data: Floats{F32: lcgValues(1, c.m*c.k)}, RowStride: c.k, ColumnStride: 1, Rows: c.m, Columns: c.k}
		w := Matrix{Data: Floats{F32: lcgValues(2, c.k*c.n)}, RowStride: c.n, ColumnStride: 1, Rows: c.k, Columns: c.n}
		dst := make([]float32, c.m*c.n)
		run := func(b *testing.B) { MatMul(runtime.GOMAXPROCS(0), dst, x, w, c.order) }
		benchmarkProduct(b, fmt.Sprintf("shape=%dx%dx%d/order=%s", c.m, c.n, c.k, c.name), c.m*c.n*c.k, run)
	}
}

func BenchmarkBatchMatMul(b *testing.B) {
	for _, c := range []struct{ batch, m, n, k int }{{512, 24, 24, 128}, {8, 512, 512, 768}} {
		var left, right []Matrix
		x, y := lcgValues(1, c.batch*c.m*c.k), lcgValues(2, c.batch*c.n*c.k)
		for z := range c.batch {
			left = append(left, Matrix{Data: Floats{F32: x}, Offset: z * c.m * c.k, RowStride: c.k, ColumnStride: 1, Rows: c.m, Columns: c.k})
			right = append(right, Matrix{Data: Floats{F32: y}, Offset: z * c.n * c.k, RowStride: 1, ColumnStride: c.k, Rows: c.k, Columns: c.n})
		}
		dst := make([]float32, c.batch*c.m*c.n)
		run := func(b *testing.B) {
			BatchMatMul(runtime.GOMAXPROCS(0), dst, left, right, bf16.DotOrder{OddFirst: true})
		}
		benchmarkProduct(b, fmt.Sprintf("shape=%dx%dx%dx%d", c.batch, c.m, c.n, c.k), c.batch*c.m*c.n*c.k, run)
	}
}

func BenchmarkConvolve(b *testing.B) {
	const length, channels, out, width = 4096, 768, 768, 5
	x := Floats{F32: lcgValues(1, length*channels)}
	w := Matrix{Data: Floats{F32: lcgValues(2, width*channels*out)}, RowStride: out, ColumnStride: 1, Rows: width * channels, Columns: out}
	dst := make([]float32, length*out)
	order := bf16.DotOrder{Block: bf16.EqualBlock(width*channels, 320)}
	run := func(b *testing.B) { Convolve(runtime.GOMAXPROCS(0), dst, x, length, channels, w, width, order) }
	benchmarkProduct(b, fmt.Sprintf("length=%d/width=%d", length, width), length*out*channels*width, run)
}

// benchmarkProduct runs one product of so many multiply-adds and reports its rate.
func benchmarkProduct(b *testing.B, name string, work int, run func(b *testing.B)) {
	b.Run(fmt.Sprintf("%s/isa=%s", name, Kernels()), func(b *testing.B) {
		for b.Loop() {
			run(b)
		}
		b.ReportMetric(2*float64(work)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
}
