package bf16

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// lcgFloats returns n values in [-1, 1) of a linear congruential generator, as the C program behind the golden values made
// them: s = s*1664525 + 1013904223, float(int32(s)) / 2^31.
func lcgFloats(seed uint32, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		seed = seed*1664525 + 1013904223
		x[i] = float32(int32(seed)) / (1 << 31)
	}
	return x
}

// The golden values are results of dot_blocked (blocks of 512, one block), dot_pairs and dot_lanes4 of the executable
// specification of XLA on a CPU (reference/scripts/xla_numpy/kern.c, gcc -O2 -march=native -ffp-contract=off). The seeds
// were chosen so that the four orders differ as soon as they can.
func TestDotGolden(t *testing.T) {
	a, b := lcgFloats(399, 1536), lcgFloats(1399, 1536)
	orders := []DotOrder{{Block: 512}, {}, {OddFirst: true}, {Lanes: 4}}
	for _, c := range []struct {
		k    int
		want [4]uint32
	}{
		{1, [4]uint32{0xbeb16e7f, 0xbeb16e7f, 0xbeb16e7f, 0xbeb16e7f}},
		{2, [4]uint32{0xbcb00c95, 0xbcb00c95, 0xbcb00c94, 0xbcb00c90}},
		{3, [4]uint32{0xbd295025, 0xbd295025, 0xbd295024, 0xbd295022}},
		{64, [4]uint32{0x3f7f6e25, 0x3f7f6e25, 0x3f7f6e26, 0x3f7f6e28}},
		{512, [4]uint32{0x40f75ae6, 0x40f75ae6, 0x40f75ae5, 0x40f75ae4}},
		{513, [4]uint32{0x40ffc536, 0x40ffc535, 0x40ffc534, 0x40ffc533}},
		{1535, [4]uint32{0x4189b456, 0x4189b45c, 0x4189b45b, 0x4189b458}},
		{1536, [4]uint32{0x418a1abe, 0x418a1ac4, 0x418a1ac3, 0x418a1ac0}},
	} {
		for i, order := range orders {
			if got := math.Float32bits(Dot(order, a[:c.k], b[:c.k])); got != c.want[i] {
				t.Errorf("k %d, %+v: %#08x, want %#08x", c.k, order, got, c.want[i])
			}
		}
	}
}

// writtenOut computes a dot product from the text of the definition: lists of elements for every block and lane, folds by
// pairs of neighbours, level by level.
func writtenOut[T float32 | float64](order DotOrder, a, b []T, mul func(x, y T) T, fma func(x, y, z T) T) T {
	block := order.Block
	if block == 0 {
		block = max(len(a), 1)
	}
	unit := max(order.Lanes, 1)
	if order.OddFirst && unit == 1 {
		unit = 2
	}
	var rest []T
	if count := len(a) % unit; order.Rest != RestJoins && count > 0 {
		own := order
		own.Rest, own.Block = RestJoins, 0
		if order.Rest == RestChain {
			own.Lanes, own.OddFirst, own.Halves = 0, false, false
		}
		rest = []T{writtenOut(own, a[len(a)-count:], b[len(b)-count:], mul, fma)}
		a, b = a[:len(a)-count], b[:len(b)-count]
	}
	var blocks []T
	for start := 0; start < len(a); start += block {
		lists := make([][]int, max(order.Lanes, 1))
		entering := make([]int, 0, block)
		for i := start; i < min(start+block, len(a)); i++ {
			entering = append(entering, i)
		}
		if order.OddFirst && len(lists) == 1 {
			for i := 0; i+1 < len(entering); i += 2 {
				entering[i], entering[i+1] = entering[i+1], entering[i]
			}
		}
		for i, p := range entering {
			lists[i%len(lists)] = append(lists[i%len(lists)], p)
		}
		var lanes []T
		for _, list := range lists {
			var leaves []T
			var chain T
			for _, p := range list {
				leaves = append(leaves, mul(a[p], b[p]))
				if order.Unfused {
					chain += mul(a[p], b[p])
				} else {
					chain = fma(a[p], b[p], chain)
				}
			}
			if order.Pairwise {
				chain = foldLevels(leaves)
			}
			lanes = append(lanes, chain)
		}
		if order.Halves {
			for n := len(lanes) / 2; n > 0; n /= 2 {
				for i := range n {
					lanes[i] += lanes[i+n]
				}
				lanes = lanes[:n]
			}
		}
		blocks = append(blocks, foldLevels(lanes))
	}
	blocks = append(blocks, rest...)
	var sum T
	for i, x := range blocks {
		if i == 0 {
			sum = x
		} else {
			sum += x
		}
	}
	return sum
}

func foldLevels[T float32 | float64](v []T) T {
	if len(v) == 0 {
		return 0
	}
	for len(v) > 1 {
		var next []T
		for i := 0; i < len(v); i += 2 {
			if i+1 < len(v) {
				next = append(next, v[i]+v[i+1])
			} else {
				next = append(next, v[i])
			}
		}
		v = next
	}
	return v[0]
}

func dotOrders() *rapid.Generator[DotOrder] {
	return rapid.Custom(func(t *rapid.T) DotOrder {
		order := DotOrder{
			Block:    rapid.IntRange(0, 20).Draw(t, "block"),
			Lanes:    rapid.IntRange(0, 9).Draw(t, "lanes"),
			OddFirst: rapid.Bool().Draw(t, "odd first"),
			Pairwise: rapid.Bool().Draw(t, "pairwise"),
			Unfused:  rapid.Bool().Draw(t, "unfused"),
			Rest:     rapid.SampledFrom([]Rest{RestJoins, RestBlock, RestChain}).Draw(t, "rest"),
		}
		if order.Halves = rapid.Bool().Draw(t, "halves"); order.Halves {
			order.Lanes = rapid.SampledFrom([]int{0, 1, 2, 4, 8}).Draw(t, "power of two")
		}
		return order
	})
}

func TestDotIsItsDefinition(t *testing.T) {
	multiply := func(x, y float32) float32 { return float32(x * y) }
	rapid.Check(t, func(t *rapid.T) {
		order := dotOrders().Draw(t, "order")
		value := rapid.OneOf(rapid.Float32(), rapid.Float32Range(-1, 1))
		a := rapid.SliceOfN(value, 0, 60).Draw(t, "a")
		b := rapid.SliceOfN(value, len(a), len(a)).Draw(t, "b")
		got, want := Dot(order, a, b), writtenOut(order, a, b, multiply, exactFMA32)
		if !sameFloat32(got, want) {
			t.Fatalf("%+v: %x (%v), want %x (%v)", order, math.Float32bits(got), got, math.Float32bits(want), want)
		}
	})
}

// TestDotOrdersDiffer sees that every part of an order shows in the bits.
func TestDotOrdersDiffer(t *testing.T) {
	multiply := func(x, y float32) float32 { return float32(x * y) }
	seen := map[[16]uint32]DotOrder{}
	for _, order := range []DotOrder{
		{}, {Block: 64}, {Lanes: 8}, {Lanes: 8, Halves: true}, {Lanes: 8, Rest: RestBlock}, {Lanes: 8, Rest: RestChain}, {OddFirst: true},
		{Lanes: 8, Halves: true, Rest: RestChain}, {Lanes: 8, Block: 64, Rest: RestChain}, {Pairwise: true}, {Unfused: true},
	} {
		var got, want [16]uint32
		for i := range got {
			a, b := lcgFloats(uint32(i), 205), lcgFloats(uint32(i+100), 205)
			got[i] = math.Float32bits(Dot(order, a, b))
			want[i] = math.Float32bits(writtenOut(order, a, b, multiply, exactFMA32))
		}
		if got != want {
			t.Errorf("%+v: %#08x, want %#08x", order, got, want)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%+v and %+v both give %#08x", order, other, got)
		}
		seen[got] = order
	}
}

func TestDot64IsItsDefinition(t *testing.T) {
	multiply := func(x, y float64) float64 { return float64(x * y) }
	rapid.Check(t, func(t *rapid.T) {
		order := dotOrders().Draw(t, "order")
		a := rapid.SliceOfN(rapid.Float64Range(-1, 1), 0, 60).Draw(t, "a")
		b := rapid.SliceOfN(rapid.Float64Range(-1, 1), len(a), len(a)).Draw(t, "b")
		got, want := Dot64(order, a, b), writtenOut(order, a, b, multiply, math.FMA)
		if math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%+v: %v, want %v", order, got, want)
		}
	})
}

func TestDotSpecialValues(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	negativeZero := float32(math.Copysign(0, -1))
	for _, c := range []struct {
		name  string
		order DotOrder
		a, b  []float32
		want  float32
	}{
		{"empty", DotOrder{Block: 4, Lanes: 4}, nil, nil, 0},
		{"zero times infinity", DotOrder{}, []float32{1, 0}, []float32{1, inf}, nan},
		{"zero times NaN", DotOrder{Lanes: 2}, []float32{1, 0}, []float32{1, nan}, nan},
		{"infinity", DotOrder{Pairwise: true}, []float32{1, inf}, []float32{1, 2}, inf},
		{"opposite infinities", DotOrder{Block: 1}, []float32{inf, -inf}, []float32{1, 1}, nan},
		{"a chain starts from +0", DotOrder{}, []float32{negativeZero}, []float32{1}, 0},
		{"a tree has no start", DotOrder{Pairwise: true}, []float32{negativeZero}, []float32{1}, negativeZero},
		{"no overflow in the product", DotOrder{}, []float32{-3e38, 3e38}, []float32{1, 2}, 3e38},
		{"a rest alone", DotOrder{Lanes: 8, Rest: RestChain}, []float32{2, 3}, []float32{1, 1}, 5},
		{"overflow in the product", DotOrder{Unfused: true}, []float32{-3e38, 3e38}, []float32{1, 2}, inf},
	} {
		if got := Dot(c.order, c.a, c.b); !sameFloat32(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestEqualBlock(t *testing.T) {
	for _, c := range []struct{ k, limit, want int }{
		{0, 320, 0}, {60, 320, 60}, {320, 320, 320}, {321, 320, 161}, {480, 320, 240}, {3840, 320, 320}, {7680, 320, 320}, {1000, 320, 250},
	} {
		if got := EqualBlock(c.k, c.limit); got != c.want {
			t.Errorf("EqualBlock(%d, %d) = %d, want %d", c.k, c.limit, got, c.want)
		}
	}
}

func TestDotPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"lengths": func() { Dot(DotOrder{}, make([]float32, 2), make([]float32, 3)) },
		"block":   func() { Dot(DotOrder{Block: -1}, nil, nil) },
		"lanes":   func() { Dot64(DotOrder{Lanes: -1}, nil, nil) },
		"halves":  func() { Dot(DotOrder{Lanes: 6, Halves: true}, nil, nil) },
		"limit":   func() { EqualBlock(1, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
