package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"

	"pgregory.net/rapid"
)

// gemmOrders are the orders that take a path of their own.
var gemmOrders = []bf16.DotOrder{
	{}, {Block: 512}, {Block: 320}, {Block: 31}, {Lanes: 4}, {Lanes: 3, Block: 64}, {OddFirst: true}, {OddFirst: true, Block: 33},
	{Block: 530}, {Block: 700}, {Lanes: 5, OddFirst: true}, {Lanes: 513}, {Pairwise: true}, {Unfused: true}, {Pairwise: true, Lanes: 2, Block: 40}, {Unfused: true, OddFirst: true},
	{Lanes: 8, Rest: bf16.RestChain}, {Lanes: 8, Halves: true, Rest: bf16.RestChain}, {Lanes: 4, Rest: bf16.RestBlock, Block: 96}, {Lanes: 16, Halves: true, Block: 48},
	{OddFirst: true, Rest: bf16.RestBlock}, {OddFirst: true, Rest: bf16.RestChain, Block: 600}, {Lanes: 2, Pairwise: true, Rest: bf16.RestChain},
}

// wantProduct compares results with bf16.Dot (or Dot64) over the operands; every is the distance between the results that
// are looked at, so that large products stay affordable.
func wantProduct[T float](p product[T], got []T, every int) error {
	row, column := make([]T, p.k), make([]T, p.k)
	for at := 0; at < len(got); at += every {
		i, j := at/p.n, at%p.n
		for q := range p.k {
			row[q], column[q] = p.a.at(i, q), p.b.at(j, q)
		}
		if want := dotOf(p.order, row, column); !sameValue(got[at], want) {
			return fmt.Errorf("%dx%dx%d %+v: result (%d, %d) is %v, want %v", p.m, p.n, p.k, p.order, i, j, got[at], want)
		}
	}
	return nil
}

// dotOf is bf16.Dot or bf16.Dot64.
func dotOf[T float](order bf16.DotOrder, a, b []T) T {
	switch a := any(a).(type) {
	case []float32:
		return T(bf16.Dot(order, a, any(b).([]float32)))
	case []float64:
		return T(bf16.Dot64(order, a, any(b).([]float64)))
	}
	panic("cpu: unreachable")
}

// drawMatrix draws a view with any strides, and its data, in either storage.
func drawMatrix(t *rapid.T, r *rand.Rand, rows, columns int) Matrix {
	m := Matrix{Rows: rows, Columns: columns, Offset: rapid.IntRange(0, 5).Draw(t, "offset")}
	gap := rapid.IntRange(0, 3).Draw(t, "gap")
	switch rapid.SampledFrom([]string{"rows", "columns", "both", "reversed", "broadcast"}).Draw(t, "layout") {
	case "rows":
		m.RowStride, m.ColumnStride = columns+gap, 1
	case "columns":
		m.RowStride, m.ColumnStride = 1, rows+gap
	case "both":
		m.RowStride, m.ColumnStride = 2*columns+gap, 2
	case "reversed":
		m.RowStride, m.ColumnStride = -columns-gap, 1
		m.Offset += max(rows-1, 0) * (columns + gap)
	case "broadcast":
		m.RowStride, m.ColumnStride = 0, 1
	}
	size := m.Offset + max((rows-1)*m.RowStride, 0) + max((columns-1)*m.ColumnStride, 0) + 1
	values := someValues[float32](r, size, rapid.IntRange(0, 3).Draw(t, "special") == 0)
	m.Data = Floats{F32: values}
	if rapid.Bool().Draw(t, "half") {
		m.Data = Floats{BF16: make([]uint16, size)}
		for i, x := range values {
			m.Data.BF16[i] = bf16.ToBFloat16(x)
		}
	}
	return m
}

func TestMatMulIsItsDefinition(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			side := rapid.OneOf(rapid.IntRange(0, 5), rapid.IntRange(1, 70))
			m, n, k := side.Draw(t, "m"), side.Draw(t, "n"), rapid.OneOf(side, rapid.IntRange(500, 1100)).Draw(t, "k")
			order := rapid.SampledFrom(gemmOrders).Draw(t, "order")
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			a, b := drawMatrix(t, r, m, k), drawMatrix(t, r, k, n)
			got, intact := guarded[float32](m * n)
			MatMul(rapid.IntRange(0, 3).Draw(t, "workers"), got, a, b, order)
			if !intact() {
				t.Fatal("wrote outside the destination")
			}
			p, _ := newProduct32(make([]float32, m*n), a, b, order)
			if err := wantProduct(p, got, 1+len(got)/500); err != nil {
				t.Fatal(err)
			}
		})
	})
}

// Shapes that cross the limits of panels, pieces, portions and tasks, and shapes of the model; one result in many is compared.
func TestMatMulShapes(t *testing.T) {
	shapes := [][3]int{
		{1, 1, 1}, {1, 1000, 70}, {1000, 1, 70}, {13, 31, 512}, {14, 32, 513}, {15, 33, 1024}, {28, 64, 1537}, {225, 300, 64}, {1030, 40, 20},
		{40, 1060, 20}, {1100, 1090, 3}, {300, 5, 530}, {24, 24, 128}, {32, 900, 600}, {700, 16, 90}, {2500, 3, 20},
	}
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		for _, s := range shapes {
			m, n, k := s[0], s[1], s[2]
			if Kernels() == "go" && m*n*k > 1<<20 {
				continue // the plain Go kernels share the code around them, and are slow
			}
			a, b := someValues[float32](r, m*k, false), someValues[float32](r, k*n, false)
			for _, order := range []bf16.DotOrder{{Block: 512}, {}, {Lanes: 4}, {OddFirst: true}, {Block: 600, Lanes: 2}, {Block: 530}, {Unfused: true}, {Lanes: 8, Halves: true, Rest: bf16.RestChain}} {
				p, _ := newProduct32(make([]float32, m*n),
					Matrix{Data: Floats{F32: a}, RowStride: k, ColumnStride: 1, Rows: m, Columns: k},
					Matrix{Data: Floats{F32: b}, RowStride: n, ColumnStride: 1, Rows: k, Columns: n}, order)
				for workers := 1; workers <= 3; workers++ {
					clear(p.dst)
					multiply(workers, []product[float32]{p})
					if err := wantProduct(p, p.dst, 1+len(p.dst)/97); err != nil {
						t.Fatalf("%d workers: %v", workers, err)
					}
				}
			}
		}
	})
}

func TestMatMul64IsItsDefinition(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			side := rapid.IntRange(1, 50)
			m, n, k := side.Draw(t, "m"), side.Draw(t, "n"), rapid.OneOf(side, rapid.IntRange(500, 1100)).Draw(t, "k")
			order := rapid.SampledFrom(gemmOrders).Draw(t, "order")
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			a := Matrix64{Data: someValues[float64](r, m*k, true), RowStride: k, ColumnStride: 1, Rows: m, Columns: k}
			b := Matrix64{Data: someValues[float64](r, k*n, true), RowStride: 1, ColumnStride: k, Rows: k, Columns: n}
			got, intact := guarded[float64](m * n)
			MatMul64(2, got, a, b, order)
			p, _ := newProduct64(make([]float64, m*n), a, b, order)
			if err := wantProduct(p, got, 1+len(got)/300); err != nil || !intact() {
				t.Fatal(err, intact())
			}
		})
	})
}

// A batch is its products one after the other, whatever their shapes and number.
func TestBatchMatMul(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		var a, b []Matrix
		var a64, b64 []Matrix64
		size := 0
		for z := range 70 {
			m, n, k := 1+r.IntN(30), 1+r.IntN(40), 1+r.IntN(130)
			if z == 3 {
				m, n, k = 0, 4, 5
			}
			a = append(a, Matrix{Data: Floats{F32: someValues[float32](r, m*k, false)}, RowStride: k, ColumnStride: 1, Rows: m, Columns: k})
			b = append(b, Matrix{Data: Floats{F32: someValues[float32](r, k*n, false)}, RowStride: 1, ColumnStride: k, Rows: k, Columns: n})
			a64 = append(a64, Matrix64{Data: someValues[float64](r, m*k, false), RowStride: k, ColumnStride: 1, Rows: m, Columns: k})
			b64 = append(b64, Matrix64{Data: someValues[float64](r, k*n, false), RowStride: n, ColumnStride: 1, Rows: k, Columns: n})
			size += m * n
		}
		order := bf16.DotOrder{Block: 100}
		want, want64 := make([]float32, size), make([]float64, size)
		rest, rest64 := want, want64
		for z := range a {
			MatMul(1, rest, a[z], b[z], order)
			MatMul64(1, rest64, a64[z], b64[z], order)
			rest, rest64 = rest[a[z].Rows*b[z].Columns:], rest64[a[z].Rows*b[z].Columns:]
		}
		for workers := 1; workers <= 3; workers++ {
			got, intact := guarded[float32](size)
			got64, intact64 := guarded[float64](size)
			BatchMatMul(workers, got, a, b, order)
			BatchMatMul64(workers, got64, a64, b64, order)
			if firstDifference(got, want) >= 0 || firstDifference(got64, want64) >= 0 || !intact() || !intact64() {
				t.Errorf("%d workers: a batch differs from its products", workers)
			}
		}
	})
}

// The comparison of bits has power: neighbouring orders give other results.
func TestOrdersDiffer(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const m, n, k = 20, 40, 1536
	a := Matrix{Data: Floats{F32: someValues[float32](r, m*k, false)}, RowStride: k, ColumnStride: 1, Rows: m, Columns: k}
	b := Matrix{Data: Floats{F32: someValues[float32](r, k*n, false)}, RowStride: n, ColumnStride: 1, Rows: k, Columns: n}
	orders := []bf16.DotOrder{{}, {Block: 512}, {Block: 511}, {Block: 256}, {OddFirst: true}, {Lanes: 4}, {Lanes: 2}, {Pairwise: true}, {Unfused: true}}
	results := make([][]float32, len(orders))
	for i, order := range orders {
		results[i] = make([]float32, m*n)
		MatMul(2, results[i], a, b, order)
		for j := range i {
			if firstDifference(results[i], results[j]) < 0 {
				t.Errorf("%+v and %+v give the same results", order, orders[j])
			}
		}
	}
}

func TestMatMulPanics(t *testing.T) {
	data := Floats{F32: make([]float32, 12)}
	good := Matrix{Data: data, RowStride: 4, ColumnStride: 1, Rows: 3, Columns: 4}
	tall := Matrix{Data: data, RowStride: 3, ColumnStride: 1, Rows: 4, Columns: 3}
	long, both, reversed := good, good, tall
	long.RowStride = 5
	both.Data.BF16 = make([]uint16, 12)
	reversed.RowStride = -3
	for name, f := range map[string]func(){
		"cpu: columns of the left operand differ from rows of the right operand": func() { MatMul(1, make([]float32, 9), good, good, bf16.DotOrder{}) },
		"cpu: matrix product larger than its destination":                        func() { MatMul(1, make([]float32, 8), good, tall, bf16.DotOrder{}) },
		"cpu: matrix view leaves its data":                                       func() { MatMul(1, make([]float32, 9), long, tall, bf16.DotOrder{}) },
		"cpu: exactly one of F32 and BF16 must be set":                           func() { MatMul(1, make([]float32, 9), both, tall, bf16.DotOrder{}) },
		"cpu: BatchMatMul of batches of different lengths":                       func() { BatchMatMul(1, nil, []Matrix{good}, nil, bf16.DotOrder{}) },
		"bf16: negative Block or Lanes in a DotOrder":                            func() { MatMul(1, make([]float32, 9), good, tall, bf16.DotOrder{Block: -1}) },
	} {
		if got := panicOf(f); got != name {
			t.Errorf("panic %q, want %q", got, name)
		}
	}
	if panicOf(func() { MatMul(1, make([]float32, 9), good, reversed, bf16.DotOrder{}) }) == "" {
		t.Error("a view that starts before its data must panic")
	}
}

func panicOf(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// No product at all, products without results and products without elements.
func TestMatMulEmpty(t *testing.T) {
	BatchMatMul(2, nil, nil, nil, bf16.DotOrder{})
	MatMul(2, nil, Matrix{Columns: 3}, Matrix{Rows: 3}, bf16.DotOrder{})
	for _, order := range gemmOrders {
		dst := []float32{1, 2, 3, 4, 5, 6}
		MatMul(2, dst, Matrix{Rows: 2}, Matrix{Columns: 3}, order)
		for _, x := range dst {
			if math.Float32bits(x) != 0 {
				t.Errorf("%+v: a sum of nothing is %v, want +0", order, x)
			}
		}
	}
}
