package xlacpu

import "math"

// kernel is one of YNNPACK's matrix kernels: it computes a block of rows x columns results from depth elements of k, with
// vector tiles of tileColumns columns (and one row) that take tileDepth elements of k at a time, one per lane.
type kernel struct {
	rows, columns, depth   int
	tileColumns, tileDepth int
	unaligned              bool // takes a right operand that has not been packed
	fused                  bool // multiplies and adds in one rounding
}

// family is a set of kernels that differ in their blocks only; the depth of a block is the depth of a tile.
type family struct {
	tileColumns, tileDepth int
	unaligned, fused       bool
	blocks                 [][2]int // rows, columns
}

// float32Kernels and bfloat16Kernels are the kernels of a CPU with AVX-512 and AVX512_BF16, in the order in which YNNPACK
// tries them: the first of equal cost wins.
var (
	float32Kernels = expand([]family{
		{16, 1, true, true, [][2]int{{1, 64}, {2, 64}, {3, 64}, {4, 64}, {5, 64}, {1, 32}, {2, 32}, {3, 32}, {4, 32}, {5, 32}, {5, 16}}}, // avx512
		{8, 2, false, true, [][2]int{{1, 32}, {2, 32}, {3, 32}, {4, 32}, {5, 32}, {1, 16}, {4, 16}, {4, 8}, {8, 8}}},                     // avx512, two lanes
		{4, 4, false, true, [][2]int{{1, 32}, {2, 32}, {1, 16}, {3, 16}, {4, 16}, {5, 16}, {2, 8}, {4, 8}, {6, 8}, {4, 4}, {8, 4}}},      // avx512, four lanes
		{8, 1, true, true, [][2]int{{1, 32}, {2, 32}, {1, 16}, {2, 16}, {3, 16}, {4, 16}, {5, 16}, {6, 16}, {8, 8}}},                     // fma3
		{4, 2, false, true, [][2]int{{1, 16}, {2, 16}, {1, 8}, {3, 8}, {4, 8}, {5, 8}, {6, 8}, {4, 4}, {5, 4}, {6, 4}, {8, 4}}},          // avx2 and fma3, two lanes
		{8, 1, true, false, [][2]int{{1, 32}, {2, 32}, {1, 16}, {2, 16}, {3, 16}, {4, 16}, {4, 8}, {6, 8}, {8, 8}}},                      // avx
		{4, 2, false, false, [][2]int{{1, 16}, {2, 16}, {1, 8}, {3, 8}, {4, 8}, {5, 8}, {6, 8}, {4, 4}, {5, 4}, {6, 4}, {8, 4}}},         // avx2, two lanes
		{4, 1, false, false, [][2]int{{1, 16}, {2, 16}, {3, 16}, {1, 8}, {2, 8}, {3, 8}, {4, 8}, {4, 4}, {6, 4}, {8, 4}}},                // sse2
	})
	bfloat16Kernels = expand([]family{
		{16, 2, false, true, wideBlocks[:5:5]}, {16, 2, false, true, wideBlocks[6:]}, // avx512_bf16, without a block of 1 x 32
		{16, 2, false, true, wideBlocks}, // avx512, pairs
		{16, 1, false, true, wideBlocks}, // avx512, single elements
		{8, 2, false, true, [][2]int{{1, 32}, {2, 32}, {1, 16}, {2, 16}, {3, 16}, {4, 16}, {5, 16}, {8, 8}, {10, 8}, {12, 8}}}, // avx2 and fma3, pairs
		{8, 1, false, true, [][2]int{{1, 32}, {2, 32}, {1, 16}, {2, 16}, {3, 16}, {4, 16}, {5, 16}, {8, 8}, {10, 8}}},          // avx2 and fma3, single elements
	})
	wideBlocks = [][2]int{
		{1, 64}, {2, 64}, {3, 64}, {4, 64}, {5, 64}, {1, 32}, {2, 32}, {3, 32}, {4, 32}, {5, 32}, {6, 32}, {8, 32}, {10, 32}, {12, 32}, {16, 16},
	}
)

func expand(families []family) []kernel {
	var out []kernel
	for _, f := range families {
		for _, b := range f.blocks {
			out = append(out, kernel{b[0], b[1], f.tileDepth, f.tileColumns, f.tileDepth, f.unaligned, f.fused})
		}
	}
	return out
}

// cost is YNNPACK's estimate of the time of a product, every operation rounded to float32 as there:
//
//	ceil(m / rows) * ceil(n / columns) * ceil(k / depth) * (5 loads of the left + 11 of the right operand + 9 + 1e-4 tile)
func (x kernel) cost(m, n, k int) float32 {
	tile := x.tileColumns * x.tileDepth
	left, right := x.rows*x.depth/x.tileDepth, x.columns*x.depth/tile
	block := float32(5*left+11*right+9) + float32(float32(tile)*1e-4)
	blocks := float32(float32(ceilDiv(m, x.rows)) * float32(ceilDiv(n, x.columns)))
	return float32(float32(blocks*float32(ceilDiv(k, x.depth))) * block)
}

// cheapest returns the first kernel of least cost among those that fit, and its cost.
func cheapest(table []kernel, m, n, k int, fits func(kernel) bool) (best kernel, least float32) {
	least = float32(math.Inf(1))
	for _, x := range table {
		if !fits(x) {
			continue
		}
		if c := x.cost(m, n, k); c < least {
			best, least = x, c
		}
	}
	return best, least
}
