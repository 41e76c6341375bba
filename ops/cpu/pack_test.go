package cpu

import (
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"
)

// at returns element q of line i, zero outside the storage.
func (o *operand[T]) at(i, q int) T {
	at := o.offset + i*o.line + q*o.step
	switch {
	case at < 0 || at >= o.size():
		return 0
	case o.half != nil:
		return widen[T](o.half[at])
	}
	return o.wide[at]
}

// Every panel width and number of lines, in all layouts that have a path of their own.
func TestPack(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { checkPack[float32](t, true) })
		t.Run("float64", func(t *testing.T) { checkPack[float64](t, false) })
	})
}

func checkPack[T float](t *testing.T, half bool) {
	r := rand.New(rand.NewPCG(3, 4))
	k := activeKernels[T](false)
	wide := someValues[T](r, 5000, true)
	short := make([]uint16, len(wide))
	for i := range short {
		short[i] = uint16(r.Uint32())
	}
	for width := 1; width <= k.columns; width++ {
		for lines := 1; lines <= width; lines++ {
			for layout := range 8 {
				o := operand[T]{wide: wide}
				if half && r.IntN(2) == 0 {
					o = operand[T]{half: short}
				}
				count, far := 1+r.IntN(40), 41+r.IntN(9)
				switch layout {
				case 0, 1: // neighbouring lines
					o.line, o.step = 1, far
				case 2, 3: // neighbouring elements
					o.line, o.step = far, 1
				case 4:
					o.line, o.step = far, 2
				case 5:
					o.line, o.step = 1, 1
				case 6:
					o.line, o.step = -far, 1
				case 7:
					o.line, o.step = 0, 0
				}
				o.offset = 2500
				switch r.IntN(8) {
				case 0: // the last value is the last of the storage
					o.offset = len(wide) - 1 - max((lines-1)*o.line, 0) - (count-1)*o.step
				case 1:
					o.offset = -min((lines-1)*o.line, 0)
				case 2:
					o.offset, o.padded = -r.IntN(100), true
				case 3:
					o.offset, o.padded = len(wide)-r.IntN(100), true
				}
				first, start := 0, 0
				if o.padded {
					first, start = r.IntN(3), r.IntN(3)
				}
				got, intact := guarded[T](count * width)
				o.pack(k, got, width, first, lines, start, count)
				want := make([]T, count*width)
				for q := range count {
					for i := range lines {
						want[q*width+i] = o.at(first+i, start+q)
					}
				}
				if at := firstDifference(got, want); at >= 0 || !intact() {
					t.Fatalf("width %d lines %d layout %d count %d offset %d: intact %v, value %d", width, lines, layout, count, o.offset, intact(), at)
				}
			}
		}
	}
}

// Panels one after the other: whole ones of neighbouring lines have a path of their own.
func TestPackPanels(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { checkPackPanels[float32](t, true) })
		t.Run("float64", func(t *testing.T) { checkPackPanels[float64](t, false) })
	})
}

func checkPackPanels[T float](t *testing.T, half bool) {
	r := rand.New(rand.NewPCG(15, 16))
	k := activeKernels[T](false)
	wide := someValues[T](r, 20000, true)
	short := make([]uint16, len(wide))
	for i := range short {
		short[i] = uint16(r.Uint32())
	}
	for lines := 1; lines < 20*k.columns; lines += 1 + r.IntN(k.columns) {
		count := 1 + r.IntN(20)
		o := operand[T]{wide: wide, line: 1, step: lines + r.IntN(3)}
		if half && r.IntN(2) == 0 {
			o.wide, o.half = nil, short
		}
		switch r.IntN(4) {
		case 0:
			o.offset = len(wide) - lines - (count-1)*o.step
		case 1:
			o.offset, o.step = (count-1)*o.step, -o.step
		case 2:
			o.offset, o.padded = -r.IntN(100), true
		case 3:
			o.line, o.step = count, 1
		}
		got, intact := guarded[T](roundUp(lines, k.columns) * count)
		o.packPanels(k, got, k.columns, 0, lines, 0, count)
		want := make([]T, len(got))
		for q := range count {
			for i := range lines {
				want[(i/k.columns*count+q)*k.columns+i%k.columns] = o.at(i, q)
			}
		}
		if at := firstDifference(got, want); at >= 0 || !intact() {
			t.Fatalf("lines %d count %d %d %d: intact %v, value %d", lines, count, o.line, o.step, intact(), at)
		}
	}
}

func TestPackOutsideStoragePanics(t *testing.T) {
	for _, offset := range []int{-1, 92} {
		o := operand[float32]{wide: make([]float32, 100), offset: offset, line: 1, step: 1}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("offset %d: no panic", offset)
				}
			}()
			o.pack(activeKernels[float32](false), make([]float32, 25), 5, 0, 5, 0, 5)
		}()
	}
}

// Rounding while packing is rounding beforehand.
func TestRoundWhilePacking(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const m, n, k = 30, 40, 50
	a, b := someValues[float32](r, m*k, false), someValues[float32](r, k*n, false)
	round := func(v []float32) {
		for i, x := range v {
			v[i] = widen[float32](bf16.ToBFloat16(x))
		}
	}
	left := Matrix{Data: Floats{F32: a, Round: round}, RowStride: k, ColumnStride: 1, Rows: m, Columns: k}
	right := Matrix{Data: Floats{F32: b, Round: round}, RowStride: n, ColumnStride: 1, Rows: k, Columns: n}
	for _, order := range []bf16.DotOrder{{}, {Pairwise: true}} {
		got, want := make([]float32, m*n), make([]float32, m*n)
		MatMul(2, got, left, right, order)
		ra, rb := append([]float32(nil), a...), append([]float32(nil), b...)
		round(ra)
		round(rb)
		plainLeft, plainRight := left, right
		plainLeft.Data, plainRight.Data = Floats{F32: ra}, Floats{F32: rb}
		MatMul(1, want, plainLeft, plainRight, order)
		if at := firstDifference(got, want); at >= 0 {
			t.Errorf("%+v: result %d is %v, want %v", order, at, got[at], want[at])
		}
		MatMul(1, want, left, plainRight, order)
		if firstDifference(got, want) >= 0 {
			t.Errorf("%+v: rounding twice changed a result", order)
		}
	}
}
