package cpu

import (
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"

	"pgregory.net/rapid"
)

// someCodes returns bfloat16 codes with biased exponents in a range, and zeros of both signs.
func someCodes(r *rand.Rand, n, lowest, highest int) []uint16 {
	codes := make([]uint16, n)
	for i := range codes {
		if r.IntN(20) > 0 {
			codes[i] = uint16(lowest+r.IntN(highest-lowest+1))<<7 | uint16(r.IntN(128))
		}
		codes[i] |= uint16(r.IntN(2)) << 15
	}
	return codes
}

// eachPairKernel runs test for every instruction set that takes elements in pairs.
func eachPairKernel(t *testing.T, test func(t *testing.T, k *kernels[float32])) {
	eachKernel(t, func(t *testing.T) {
		if k := activeKernels[float32](false); k.pairs != nil {
			test(t, k)
		}
	})
}

// Every height, many widths, counts and modes against the definition, with guards between the rows.
func TestPairTiles(t *testing.T) {
	eachPairKernel(t, func(t *testing.T, k *kernels[float32]) {
		r := rand.New(rand.NewPCG(21, 22))
		pairs := func(n int) []uint32 {
			high, low, out := someCodes(r, n, 100, 140), someCodes(r, n, 100, 140), make([]uint32, n)
			for i := range out {
				out[i] = uint32(high[i])<<16 | uint32(low[i])
			}
			return out
		}
		for height := 1; height <= k.rows; height++ {
			for width := 1; width <= k.columns; width++ {
				for _, count := range []int{1, 2, 3, 4, 5, 8, 11} {
					stride, mode := width+r.IntN(5), []int{0, modeAdd, modeResume}[r.IntN(3)]
					a, b := pairs(count*height), pairs(count*k.columns)
					got, intact := guarded[float32]((height-1)*stride + width)
					want := make([]float32, len(got))
					for i := range got {
						if i%stride < width {
							got[i] = float32(r.NormFloat64())
						}
						want[i] = got[i]
					}
					k.pairs.tile(mode, count, height, width, &a[0], &b[0], &got[0], stride)
					tilePairs(mode, count, height, width, k.columns, &a[0], &b[0], &want[0], stride)
					if at := firstDifference(got, want); at >= 0 || !intact() {
						t.Fatalf("mode %d count %d tile %dx%d stride %d: intact %v, result %d", mode, count, height, width, stride, intact(), at)
					}
				}
			}
		}
	})
}

// Panels of pairs hold the elements in their order, whatever the strides, and zeros beside the lines and outside the storage;
// the smallest exponent is that of what was packed.
func TestPackPairs(t *testing.T) {
	eachPairKernel(t, func(t *testing.T, k *kernels[float32]) {
		rapid.Check(t, func(t *rapid.T) {
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			lines, count := rapid.IntRange(1, 100).Draw(t, "lines"), 2*rapid.IntRange(1, 40).Draw(t, "pairs")
			first, start := rapid.IntRange(0, 3).Draw(t, "first"), rapid.IntRange(0, 3).Draw(t, "start")
			o := operand[float32]{padded: rapid.Bool().Draw(t, "padded"), offset: rapid.IntRange(0, 9).Draw(t, "offset")}
			switch rapid.SampledFrom([]string{"lines", "elements", "both", "reversed"}).Draw(t, "layout") {
			case "lines":
				o.line, o.step = 1, lines+first+rapid.IntRange(0, 5).Draw(t, "gap")
			case "elements":
				o.line, o.step = count+start+rapid.IntRange(0, 5).Draw(t, "gap"), 1
			case "both":
				o.line, o.step = 2, 2*(lines+first)
			case "reversed":
				o.line, o.step = -count-start, 1
				o.offset += (lines + first) * (count + start)
			}
			size := o.offset + max((lines+first-1)*o.line, 0) + max((count+start-1)*o.step, 0) + 1
			if o.padded {
				size -= rapid.IntRange(0, size/2).Draw(t, "missing")
				o.offset -= rapid.IntRange(0, 5).Draw(t, "before")
			}
			o.half = someCodes(r, max(size, 1), 1, 254)
			checkPackedPairs(t, k, &o, first, lines, piece{start: start, count: count, mode: modeOddFirst * r.IntN(2), pairs: true})
		})
	})
}

func checkPackedPairs(t *rapid.T, k *kernels[float32], o *operand[float32], first, lines int, x piece) {
	width, entries := k.columns, x.entries()
	got, lowest, want := make([]uint32, roundUp(lines, width)*entries), noCodes(), noCodes()
	for i := range got {
		got[i] = 0xdeadbeef
	}
	o.packPairPanels(k.pairs, got, width, first, lines, x, &lowest)
	at := func(i, q int) uint32 {
		place := o.offset + (first+i)*o.line + (x.start+q)*o.step
		if i >= lines || place < 0 || place >= len(o.half) {
			return 0
		}
		want.take(o.half[place])
		return uint32(o.half[place])
	}
	for i := range roundUp(lines, width) {
		for q := range entries {
			entry := at(i, 2*q)<<16 | at(i, 2*q+1)
			if x.mode&modeOddFirst != 0 {
				entry = entry<<16 | entry>>16
			}
			if v := got[i/width*width*entries+q*width+i%width]; v != entry {
				t.Fatalf("line %d pair %d is %#08x, want %#08x", i, q, v, entry)
			}
		}
	}
	if lowest.exponent() != want.exponent() {
		t.Fatalf("smallest exponent %d, want %d", lowest.exponent(), want.exponent())
	}
}

// pairOrders are the orders of chains that may be taken in pairs.
var pairOrders = []bf16.DotOrder{{}, {OddFirst: true}, {Block: 512}, {Block: 320}, {Block: 33}, {OddFirst: true, Block: 64}, {Block: 1500}, {Rest: bf16.RestBlock, Block: 40}}

// Products of bfloat16 operands are their definition, whether their chains meet subnormal values or not.
func TestPairsAreTheChain(t *testing.T) {
	eachPairKernel(t, func(t *testing.T, _ *kernels[float32]) {
		rapid.Check(t, func(t *rapid.T) {
			side := rapid.OneOf(rapid.IntRange(1, 5), rapid.IntRange(1, 70))
			m, n, k := side.Draw(t, "m"), side.Draw(t, "n"), rapid.OneOf(side, rapid.IntRange(1000, 1600)).Draw(t, "k")
			if Kernels() == "go" {
				k = min(k, 300)
			}
			order := rapid.SampledFrom(pairOrders).Draw(t, "order")
			r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
			codes := func(size int, name string) []uint16 {
				lowest := rapid.OneOf(rapid.IntRange(0, 4), rapid.IntRange(60, 80), rapid.Just(120)).Draw(t, name)
				return someCodes(r, size, lowest, lowest+rapid.IntRange(0, 12).Draw(t, name+" range"))
			}
			a := Matrix{Data: Floats{BF16: codes(m*k, "left")}, RowStride: k, ColumnStride: 1, Rows: m, Columns: k}
			b := Matrix{Data: Floats{BF16: codes(k*n, "right")}, RowStride: n, ColumnStride: 1, Rows: k, Columns: n}
			got, intact := guarded[float32](m * n)
			MatMul(rapid.IntRange(1, 3).Draw(t, "workers"), got, a, b, order)
			p, _ := newProduct32(make([]float32, m*n), a, b, order)
			if err := wantProduct(p, got, 1+len(got)/300); err != nil || !intact() {
				t.Fatal(err, intact())
			}
		})
	})
}

// The pieces of a long chain of which a later one could be taken in pairs, but starts from a subnormal sum.
func TestPairsAfterSubnormalSums(t *testing.T) {
	eachPairKernel(t, func(t *testing.T, _ *kernels[float32]) {
		const m, n, k = 3, 5, 4 * pieceDepth
		r := rand.New(rand.NewPCG(23, 24))
		a := Matrix{Data: Floats{BF16: someCodes(r, m*k, 60, 62)}, RowStride: k, ColumnStride: 1, Rows: m, Columns: k}
		b := Matrix{Data: Floats{BF16: make([]uint16, k*n)}, RowStride: n, ColumnStride: 1, Rows: k, Columns: n}
		copy(b.Data.BF16, someCodes(r, 2*pieceDepth*n, 52, 54)) // products of about 2^-141; zeros follow
		got := make([]float32, m*n)
		MatMul(1, got, a, b, bf16.DotOrder{})
		p, _ := newProduct32(make([]float32, m*n), a, b, bf16.DotOrder{})
		if err := wantProduct(p, got, 1); err != nil {
			t.Fatal(err)
		}
		if got[0] == 0 || got[0] >= 0x1p-126 || got[0] <= -0x1p-126 {
			t.Errorf("the sum %g is not subnormal, so nothing was tested", got[0])
		}
	})
}

func TestExactWith(t *testing.T) {
	lowest := func(codes ...uint16) *lowestCodes {
		l := noCodes()
		for _, c := range codes {
			l.take(c)
		}
		return &l
	}
	for _, c := range []struct {
		a, b  *lowestCodes
		exact bool
	}{
		{lowest(71<<7, 200<<7), lowest(0x8000 | 71<<7), true},
		{lowest(71 << 7), lowest(71<<7 - 1), false},
		{lowest(1 << 7), lowest(141 << 7), true},
		{lowest(1<<7 - 1), lowest(200 << 7), false}, // subnormal
		{lowest(0, 0x8000), lowest(1), true},        // only zeros
		{lowest(0, 1), lowest(0x8000), true},
		{lowest(), lowest(1), true},
	} {
		if got := c.a.exactWith(c.b); got != c.exact || c.b.exactWith(c.a) != got {
			t.Errorf("exponents %d and %d: exact %v", c.a.exponent(), c.b.exponent(), got)
		}
	}
}
