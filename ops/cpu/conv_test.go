package cpu

import (
	"math"
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"

	"pgregory.net/rapid"
)

// lcgValues returns n values in [-1, 1): s = s*1664525 + 1013904223, float(int32(s)) / 2^31.
func lcgValues(seed uint32, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*1664525 + 1013904223
		x[i] = float32(int32(seed)) / (1 << 31)
	}
	return x
}

// The golden values are results of conv_blocked of the executable specification of XLA on a CPU
// (reference/scripts/xla_numpy/kern.c, gcc -O2 -march=native -ffp-contract=off): 6 positions, 100 -> 4 channels, width 5,
// blocks of 250; and 3 positions, 2 -> 2 channels, width 4, one block.
func TestConvolveGolden(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		for _, c := range []struct {
			length, channels, out, width, block int
			want                                []uint32
		}{
			{6, 100, 4, 5, bf16.EqualBlock(500, 320), []uint32{
				0x407452bf, 0x40150e3b, 0xc0939ae6, 0x3ed3db44, 0xc10fce6a, 0x403b0cde, 0x41124a26, 0xc02d1a38,
				0xbfa1c960, 0x4050f50b, 0x4138c436, 0x4002af02, 0x406330ec, 0x4123bfc5, 0xc0884dab, 0xc13c4777,
				0x3f260ee0, 0xbffa6e6c, 0x40c50930, 0x4086cd7b, 0x404e7b0f, 0xc089d6fc, 0xc0aa9959, 0xc079e508,
			}},
			{3, 2, 2, 4, 0, []uint32{0x3ff65877, 0x3ff36106, 0x3e93829a, 0xbf239d67, 0xbee43867, 0x3dea45ed}},
		} {
			rows := c.width * c.channels
			w := Matrix{Data: Floats{F32: lcgValues(2, rows*c.out)}, RowStride: c.out, ColumnStride: 1, Rows: rows, Columns: c.out}
			dst := make([]float32, c.length*c.out)
			Convolve(2, dst, Floats{F32: lcgValues(1, c.length*c.channels)}, c.length, c.channels, w, c.width, bf16.DotOrder{Block: c.block})
			for i, x := range dst {
				if math.Float32bits(x) != c.want[i] {
					t.Errorf("width %d: result %d is %#08x, want %#08x", c.width, i, math.Float32bits(x), c.want[i])
				}
			}
		}
	})
}

func TestConvolveIsItsDefinition(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			length, channels := rapid.IntRange(0, 60).Draw(t, "length"), rapid.IntRange(1, 20).Draw(t, "channels")
			out, width := rapid.IntRange(1, 70).Draw(t, "out"), rapid.IntRange(1, 15).Draw(t, "width")
			order := rapid.SampledFrom(gemmOrders).Draw(t, "order")
			workers := rapid.IntRange(1, 3).Draw(t, "workers")
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			rows := width * channels
			w := drawMatrix(t, r, rows, out)
			values := someValues[float32](r, length*channels+3, true) // three more than the convolution may read
			x := Floats{F32: values}
			if rapid.Bool().Draw(t, "half input") {
				x = Floats{BF16: make([]uint16, len(values))}
				for i := range values {
					x.BF16[i] = bf16.ToBFloat16(values[i])
					values[i] = widen[float32](x.BF16[i])
				}
			}
			got, intact := guarded[float32](length * out)
			Convolve(workers, got, x, length, channels, w, width, order)
			if !intact() {
				t.Fatal("wrote outside the destination")
			}
			column := w.operand(false)
			for n := 0; n < len(got); n += 1 + len(got)/200 {
				i, o := n/out, n%out
				a, b := make([]float32, rows), make([]float32, rows)
				for p := range rows {
					if from := i + p/channels - (width-1)/2; from >= 0 && from < length {
						a[p] = values[from*channels+p%channels]
					}
					b[p] = column.at(o, p)
				}
				if want := bf16.Dot(order, a, b); !sameValue(got[n], want) {
					t.Fatalf("%+v: result (%d, %d) is %v, want %v", order, i, o, got[n], want)
				}
			}
		})
	})
}

func TestConvolve64(t *testing.T) {
	const length, channels, out, width = 40, 30, 20, 5
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(13, 14))
		x, w := someValues[float64](r, length*channels, false), someValues[float64](r, width*channels*out, false)
		order := bf16.DotOrder{Block: bf16.EqualBlock(width*channels, 100)}
		got, intact := guarded[float64](length * out)
		Convolve64(2, got, x, length, channels, Matrix64{Data: w, RowStride: out, ColumnStride: 1, Rows: width * channels, Columns: out}, width, order)
		if !intact() {
			t.Fatal("wrote outside the destination")
		}
		padded := make([]float64, (length+width-1)*channels)
		copy(padded[(width-1)/2*channels:], x)
		for n, y := range got {
			i, o := n/out, n%out
			column := make([]float64, width*channels)
			for p := range column {
				column[p] = w[p*out+o]
			}
			if want := bf16.Dot64(order, padded[i*channels:][:len(column)], column); !sameValue(y, want) {
				t.Fatalf("result (%d, %d) is %v, want %v", i, o, y, want)
			}
		}
	})
}

func TestConvolvePanics(t *testing.T) {
	x := Floats{F32: make([]float32, 12)}
	w := Matrix{Data: Floats{F32: make([]float32, 24)}, RowStride: 2, ColumnStride: 1, Rows: 12, Columns: 2}
	for name, f := range map[string]func(){
		"cpu: convolution needs length >= 0, channels >= 0 and width >= 1": func() { Convolve(1, make([]float32, 6), x, 3, 4, w, 0, bf16.DotOrder{}) },
		"cpu: convolution input shorter than length x channels":            func() { Convolve(1, make([]float32, 8), x, 4, 4, w, 3, bf16.DotOrder{}) },
		"cpu: convolution weights need width*channels rows":                func() { Convolve(1, make([]float32, 6), x, 3, 4, w, 5, bf16.DotOrder{}) },
		"cpu: matrix product larger than its destination":                  func() { Convolve(1, make([]float32, 5), x, 3, 4, w, 3, bf16.DotOrder{}) },
		"cpu: exactly one of F32 and BF16 must be set":                     func() { Convolve(1, make([]float32, 6), Floats{}, 3, 4, w, 3, bf16.DotOrder{}) },
	} {
		if got := panicOf(f); got != name {
			t.Errorf("panic %q, want %q", got, name)
		}
	}
}
