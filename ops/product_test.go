package ops

import (
	"math/rand/v2"
	"slices"
	"testing"

	"bf16lab/bf16"

	"pgregory.net/rapid"
)

func TestDotGeneralDefinition(t *testing.T) {
	dot := func(p DotParams, dtype DType) func(*Builder, []*Value) {
		return func(b *Builder, x []*Value) { b.DotGeneral(x[0], x[1], p, dtype) }
	}
	matrices := DotParams{LeftContracting: []int{1}, RightContracting: []int{0}}
	outer := DotParams{LeftBatch: []int{0}, RightBatch: []int{0}}
	a := reals(Shape{2, 3}, 1, 2, 3, 4, 5, 6)
	checkDefinitions(t, []definitionCase{
		{"matrices", dot(matrices, Float32), list(a, reals(Shape{3, 2}, 1, 0, 0, 1, -1, 2)), list(reals(Shape{2, 2}, -2, 8, -2, 17))},
		{"both by columns", dot(DotParams{LeftContracting: []int{0}, RightContracting: []int{0}}, Float32), list(a, reals(Shape{2, 1}, 10, 1)),
			list(reals(Shape{3, 1}, 14, 25, 36))},
		{"a batch", dot(DotParams{LeftContracting: []int{1}, RightContracting: []int{1}, LeftBatch: []int{0}, RightBatch: []int{0}}, Float32),
			list(a, reals(Shape{2, 3}, 1, 1, 1, 0, 0, 2)), list(row(6, 12))},
		{"two contracting axes", dot(DotParams{LeftContracting: []int{0, 1}, RightContracting: []int{1, 0}}, Float32),
			list(reals(Shape{2, 2}, 1, 2, 3, 4), reals(Shape{2, 2}, 1, 10, 100, 1000)), list(reals(nil, 4231))},
		{"outer", dot(outer, Float32), list(reals(Shape{2, 2}, 1, 2, 3, 4), reals(Shape{2, 1}, 10, 100)), list(reals(Shape{2, 2, 1}, 10, 20, 300, 400))},
		{"outer keeps the sign of zero", dot(outer, Float32), list(row(0, -1), row(-1, 0)), list(row(minusZero, minusZero))},
		{"zero times infinity", dot(matrices, Float32), list(reals(Shape{1, 2}, 0, 1), reals(Shape{2, 1}, inf, 1)), list(reals(Shape{1, 1}, nan))},
		{"integers with reals", dot(outer, Float32), list(ints(Shape{2}, 3, -1), row(0.5, 4)), list(row(1.5, -4))},
		{"truth values", dot(outer, Bool), list(truths(Shape{2, 2}, true, true, false, true), truths(Shape{2, 1}, true, false)),
			list(truths(Shape{2, 2, 1}, true, true, false, false))},
	})
}

// TestDotGeneralGathersItsElements compares with bf16.Dot over the contracting elements in row-major order, axes in the order
// of the parameters.
func TestDotGeneralGathersItsElements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := func(label string, most int) Shape {
			return rapid.SliceOfN(rapid.IntRange(1, 3), 0, most).Draw(t, label)
		}
		batch, contracting := sizes("batch", 2), sizes("contracting", 2)
		left, right := sizes("left", 2), sizes("right", 2)
		p := DotParams{}
		// place scatters batch, free and contracting axes over an operand.
		place := func(label string, free Shape) (shape Shape, batchAxes, freeAxes, contractingAxes []int) {
			all := slices.Concat(batch, free, contracting)
			axes := rapid.Permutation(count(len(all), 0)).Draw(t, label)
			slices.Sort(axes[len(batch) : len(batch)+len(free)])
			shape = make(Shape, len(all))
			for i, a := range axes {
				shape[a] = all[i]
			}
			return shape, axes[:len(batch)], axes[len(batch) : len(batch)+len(free)], axes[len(batch)+len(free):]
		}
		xs, xb, xf, xc := place("x axes", left)
		ys, yb, yf, yc := place("y axes", right)
		p.LeftBatch, p.LeftContracting, p.RightBatch, p.RightContracting = xb, xc, yb, yc
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x, y := randomReals(r, xs), randomReals(r, ys)
		order := ProductOrder{
			Main: bf16.DotOrder{Pairwise: true}, Row: rapid.IntRange(0, 4).Draw(t, "row"), Column: rapid.IntRange(0, 4).Draw(t, "column"),
			Bottom: bf16.DotOrder{Lanes: 2}, Right: bf16.DotOrder{Unfused: true}, Corner: bf16.DotOrder{},
		}
		got := define(NodePlan{Dot: order}, func(b *Builder, x []*Value) { b.DotGeneral(x[0], x[1], p, Float32) }, x, y)[0]
		if want := slices.Concat(batch, left, right); !got.Shape.Equal(want) {
			t.Fatalf("shape %v, want %v", got.Shape, want)
		}
		for i := range got.Shape.Size() {
			at := coordinates(i, got.Shape)
			b, l, m := at[:len(batch)], at[len(batch):len(batch)+len(left)], at[len(batch)+len(left):]
			var u, v []float32
			for k := range contracting.Size() {
				c := coordinates(k, contracting)
				u = append(u, float32(x.F64[flat(scatter(len(xs), xb, b, xf, l, xc, c), xs)]))
				v = append(v, float32(y.F64[flat(scatter(len(ys), yb, b, yf, m, yc, c), ys)]))
			}
			want := bf16.Dot(order.At(flat(l, left), flat(m, right)), u, v)
			if len(contracting) == 0 {
				want = u[0] * v[0]
			}
			if got.F32[i] != want {
				t.Fatalf("%+v of %v and %v: element %v is %v, want %v", p, xs, ys, at, got.F32[i], want)
			}
		}
	})
}

// scatter returns coordinates of so many axes from pairs of axes and their coordinates.
func scatter(rank int, pairs ...[]int) []int {
	out := make([]int, rank)
	for i := 0; i < len(pairs); i += 2 {
		for k, a := range pairs[i] {
			out[a] = pairs[i+1][k]
		}
	}
	return out
}

// randomReals returns float32 values between -1 and 1.
func randomReals(r *rand.Rand, shape Shape) *Tensor {
	t := NewTensor(shape, StoreFloat64)
	for i := range t.F64 {
		t.F64[i] = float64(2*r.Float32() - 1)
	}
	return t
}

func TestConvDefinition(t *testing.T) {
	conv := func(b *Builder, x []*Value) { b.ConvGeneralDilated(x[0], x[1]) }
	x := reals(Shape{1, 4, 1}, 1, 2, 3, 4)
	checkDefinitions(t, []definitionCase{
		{"width 1", conv, list(x, reals(Shape{1, 1, 2}, 2, -1)), list(reals(Shape{1, 4, 2}, 2, -1, 4, -2, 6, -3, 8, -4))},
		{"width 3", conv, list(x, reals(Shape{3, 1, 1}, 100, 10, 1)), list(reals(Shape{1, 4, 1}, 12, 123, 234, 340))},
		{"width 2 pads after", conv, list(x, reals(Shape{2, 1, 1}, 10, 1)), list(reals(Shape{1, 4, 1}, 12, 23, 34, 40))},
		{"wider than the sequence", conv, list(reals(Shape{1, 2, 1}, 1, 2), reals(Shape{5, 1, 1}, 1, 10, 100, 1000, 10000)), list(reals(Shape{1, 2, 1}, 2100, 210))},
		{"channels", conv, list(reals(Shape{1, 2, 2}, 1, 2, 3, 4), reals(Shape{1, 2, 1}, 10, 1)), list(reals(Shape{1, 2, 1}, 12, 34))},
		{"a batch", conv, list(reals(Shape{2, 2, 1}, 1, 2, 3, 4), reals(Shape{3, 1, 1}, 100, 10, 1)), list(reals(Shape{2, 2, 1}, 12, 120, 34, 340))},
		// The zeros of the padding take part: 0 times infinity is NaN at the ends.
		{"padding meets infinity", conv, list(reals(Shape{1, 3, 1}, 1, 1, 1), reals(Shape{3, 1, 1}, inf, 1, 1)), list(reals(Shape{1, 3, 1}, nan, inf, inf))},
	})
}

// TestConvSumsTapsThenChannels: the sum runs over (tap, channel) in row-major order, as the plan's order says.
func TestConvSumsTapsThenChannels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x, w := randomReals(r, Shape{1, 5, 3}), randomReals(r, Shape{3, 3, 2})
	order := bf16.DotOrder{Block: 4}
	got := define(NodePlan{Dot: ProductOrder{Main: order}}, func(b *Builder, x []*Value) { b.ConvGeneralDilated(x[0], x[1]) }, x, w)[0]
	for s := range 5 {
		for d := range 2 {
			var u, v []float32
			for tap := range 3 {
				for c := range 3 {
					value := 0.0
					if at := s + tap - 1; at >= 0 && at < 5 {
						value = x.F64[at*3+c]
					}
					u, v = append(u, float32(value)), append(v, float32(w.F64[(tap*3+c)*2+d]))
				}
			}
			if want := bf16.Dot(order, u, v); got.F32[s*2+d] != want {
				t.Errorf("position %d, column %d: %v, want %v", s, d, got.F32[s*2+d], want)
			}
		}
	}
}

// TestProductOrderRegions: the regions cover a product once, and At agrees with them.
func TestProductOrderRegions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := ProductOrder{
			Main: bf16.DotOrder{Block: 1}, Row: rapid.IntRange(0, 9).Draw(t, "row"), Column: rapid.IntRange(0, 9).Draw(t, "column"),
			Bottom: bf16.DotOrder{Block: 2}, Right: bf16.DotOrder{Block: 3}, Corner: bf16.DotOrder{Block: 4},
		}
		rows, columns := rapid.IntRange(0, 7).Draw(t, "rows"), rapid.IntRange(0, 7).Draw(t, "columns")
		seen := make([]int, rows*columns)
		for _, r := range o.Regions(rows, columns) {
			if r.I0 >= r.I1 || r.J0 >= r.J1 {
				t.Fatalf("empty region %+v", r)
			}
			for i := r.I0; i < r.I1; i++ {
				for j := r.J0; j < r.J1; j++ {
					seen[i*columns+j]++
					if o.At(i, j) != r.Order {
						t.Fatalf("element (%d, %d): At gives %+v, the region %+v", i, j, o.At(i, j), r.Order)
					}
				}
			}
		}
		for at, n := range seen {
			if n != 1 {
				t.Fatalf("element (%d, %d) is in %d regions", at/columns, at%columns, n)
			}
		}
	})
}

// TestProductOrderOfBatches: rows are counted within each matrix of a batch.
func TestProductOrderOfBatches(t *testing.T) {
	order := ProductOrder{Row: 1, Main: bf16.DotOrder{Unfused: true}, Bottom: bf16.DotOrder{Pairwise: true}}
	p := DotParams{LeftBatch: []int{0}, RightBatch: []int{0}, LeftContracting: []int{2}, RightContracting: []int{2}}
	x := reals(Shape{2, 2, 4}, 0x1p24, 1, 1, 1, 0x1p24, 1, 1, 1, 0x1p24, 1, 1, 1, 0x1p24, 1, 1, 1)
	y := reals(Shape{2, 1, 4}, 1, 1, 1, 1, 1, 1, 1, 1)
	got := define(NodePlan{Dot: order}, func(b *Builder, x []*Value) { b.DotGeneral(x[0], x[1], p, Float32) }, x, y)[0]
	if msg := differs(got, reals(Shape{2, 2, 1}, 0x1p24, 0x1p24+2, 0x1p24, 0x1p24+2)); msg != "" {
		t.Error(msg)
	}
}

func TestProductOrderAt(t *testing.T) {
	o := ProductOrder{
		Main: bf16.DotOrder{Block: 1}, Row: 2, Column: 3,
		Bottom: bf16.DotOrder{Block: 2}, Right: bf16.DotOrder{Block: 3}, Corner: bf16.DotOrder{Block: 4},
	}
	for _, c := range []struct{ i, j, want int }{{1, 2, 1}, {2, 2, 2}, {1, 3, 3}, {2, 3, 4}} {
		if got := o.At(c.i, c.j).Block; got != c.want {
			t.Errorf("(%d, %d): %d, want %d", c.i, c.j, got, c.want)
		}
	}
	if got := (ProductOrder{Main: o.Main, Bottom: o.Bottom, Right: o.Right}).At(9, 9); got != o.Main {
		t.Error("an edge at 0 is no edge")
	}
}
