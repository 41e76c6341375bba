package bf16

import "math"

// DotOrder is the accumulation order of a dot product, as data. Two orders are the same exactly when they are equal.
//
// The k products a[i] * b[i] are cut into blocks of at most Block elements. Inside a block, element i (counted from the
// block's start) goes to lane i mod Lanes. A lane is one chain that starts from +0 and takes its elements one by one with
// a fused multiply-add, or, with Pairwise, a balanced tree over its rounded products. The lanes of a block are folded by
// [Fold], or with Halves by halves, and the results of the blocks are added in order with plain additions. With Rest, the
// elements that do not fill all lanes once more make a block of their own after the others.
//
// The zero value is one chain of fused multiply-adds over all k. XLA's choice on a CPU is made in package
// bf16lab/policy/xlacpu.
type DotOrder struct {
	// Block is the largest number of elements in a block; 0 makes all k one block.
	Block int
	// Lanes is the number of interleaved chains in a block; 0 and 1 both mean a single chain.
	Lanes int
	// OddFirst lets the odd element of each pair (2i, 2i+1) of a block enter before the even one, as VDPBF16PS does.
	// It concerns single chains only: with two lanes or more the two elements of a pair never meet in a lane.
	OddFirst bool
	// Pairwise replaces each chain by a balanced tree, adjacent pairs first; products are rounded.
	Pairwise bool
	// Unfused rounds every product to the element type before it is added.
	Unfused bool
	// Halves folds lane i with lane i + Lanes/2, then i + Lanes/4, ..., 1, instead of neighbours; Lanes is a power of two.
	Halves bool
	// Rest says what becomes of the last k mod Lanes elements, or, of a single chain with OddFirst, of an element without
	// a partner.
	Rest Rest
}

// Rest names what a [DotOrder] does with elements that do not fill its lanes.
type Rest uint8

// The treatments of a rest.
const (
	RestJoins Rest = iota // it belongs to the last block
	RestBlock             // it is a block of its own, in lanes like every block
	RestChain             // it is a block of its own, a single chain
)

// Depth returns how many of k elements come before the rest that makes a block of its own: k where none does.
func (o DotOrder) Depth(k int) int {
	unit := max(o.Lanes, 1)
	if unit == 1 && o.OddFirst {
		unit = 2
	}
	if o.Rest == RestJoins {
		unit = 1
	}
	return k / unit * unit
}

// WithoutRest returns the orders of the elements before the rest, and of the rest.
func (o DotOrder) WithoutRest() (body, rest DotOrder) {
	body, rest = o, o
	body.Rest, rest.Rest = RestJoins, RestJoins
	if o.Rest == RestChain {
		rest = DotOrder{Pairwise: o.Pairwise, Unfused: o.Unfused}
	}
	rest.Block = 0
	return body, rest
}

// Dot returns the dot product of a and b in the given order, every operation rounded to float32 (nearest, ties to even).
// It panics if the lengths differ or the order is invalid.
func Dot(order DotOrder, a, b []float32) float32 {
	madd := FMA32
	if order.Unfused {
		madd = multiplyAdd32
	}
	return dot(order, a, b, multiply32, madd)
}

// Dot64 is [Dot] for float64: every operation is rounded to float64.
func Dot64(order DotOrder, a, b []float64) float64 {
	madd := math.FMA
	if order.Unfused {
		madd = multiplyAdd64
	}
	return dot(order, a, b, multiply64, madd)
}

// EqualBlock returns the block length that cuts k elements into the fewest blocks of at most limit elements, all equal
// except perhaps a shorter last one: ceil(k / ceil(k / limit)). It panics if limit is not positive or k is negative.
func EqualBlock(k, limit int) int {
	if limit <= 0 || k < 0 {
		panic("bf16: EqualBlock needs k >= 0 and limit > 0")
	}
	if k <= limit {
		return k
	}
	blocks := (k + limit - 1) / limit
	return (k + blocks - 1) / blocks
}

// Fold adds v in the order of a balanced tree and returns the sum, +0 for an empty v: neighbours are added,
// (0 + 1), (2 + 3), ..., an unpaired last value is carried on, and the results are folded in the same way.
func Fold[T float32 | float64](v []T) T {
	var t tree[T]
	for _, x := range v {
		t.add(x)
	}
	return t.sum()
}

// Validate panics if a length in the order is negative, or lanes cannot be folded by halves.
func (o DotOrder) Validate() {
	if o.Block < 0 || o.Lanes < 0 {
		panic("bf16: negative Block or Lanes in a DotOrder")
	}
	if o.Halves && o.Lanes&(o.Lanes-1) != 0 {
		panic("bf16: lanes folded by halves need a power of two")
	}
}

// The products and multiply-adds are separate functions for each type because the conversion around a product, which
// keeps the compiler from fusing it with an addition, has to name the type.
func multiply32(x, y float32) float32       { return float32(x * y) }
func multiply64(x, y float64) float64       { return float64(x * y) }
func multiplyAdd32(x, y, z float32) float32 { return float32(x*y) + z }
func multiplyAdd64(x, y, z float64) float64 { return float64(x*y) + z }

// dot is the definition behind Dot and Dot64.
func dot[T float32 | float64](order DotOrder, a, b []T, mul func(x, y T) T, madd func(x, y, z T) T) T {
	order.Validate()
	if len(a) != len(b) {
		panic("bf16: Dot of slices of different lengths")
	}
	if depth := order.Depth(len(a)); depth < len(a) {
		body, rest := order.WithoutRest()
		tail := dot(rest, a[depth:], b[depth:], mul, madd)
		if depth == 0 {
			return tail
		}
		return dot(body, a[:depth], b[:depth], mul, madd) + tail
	}
	block := order.Block
	if block == 0 {
		block = len(a)
	}
	var sum T
	for start := 0; start < len(a); start += block {
		end := min(start+block, len(a))
		x := dotBlock(order, a[start:end], b[start:end], mul, madd)
		if start == 0 {
			sum = x
		} else {
			sum += x
		}
	}
	return sum
}

// dotBlock is one block: its lanes, folded.
func dotBlock[T float32 | float64](order DotOrder, a, b []T, mul func(x, y T) T, madd func(x, y, z T) T) T {
	if order.Lanes <= 1 {
		return dotLane(order, a, b, 0, 1, mul, madd)
	}
	if order.Halves {
		return foldHalves(order, a, b, 0, 1, mul, madd)
	}
	var lanes tree[T]
	for lane := range order.Lanes {
		lanes.add(dotLane(order, a, b, lane, order.Lanes, mul, madd))
	}
	return lanes.sum()
}

// foldHalves folds the lanes first, first + step, ... of a block: those at even places, those at odd places, their sum.
func foldHalves[T float32 | float64](order DotOrder, a, b []T, first, step int, mul func(x, y T) T, madd func(x, y, z T) T) T {
	if step == order.Lanes {
		return dotLane(order, a, b, first, step, mul, madd)
	}
	return foldHalves(order, a, b, first, 2*step, mul, madd) + foldHalves(order, a, b, first+step, 2*step, mul, madd)
}

// dotLane accumulates the elements first, first + step, ... of a block.
func dotLane[T float32 | float64](order DotOrder, a, b []T, first, step int, mul func(x, y T) T, madd func(x, y, z T) T) T {
	if order.Pairwise {
		var t tree[T]
		for i := first; i < len(a); i += step {
			t.add(mul(a[i], b[i]))
		}
		return t.sum()
	}
	var sum T
	for i := first; i < len(a); i += step {
		p := i
		if order.OddFirst && step == 1 && i|1 < len(a) {
			p = i ^ 1
		}
		sum = madd(a[p], b[p], sum)
	}
	return sum
}

// tree adds a stream of values as a balanced tree over adjacent pairs, in logarithmic space: level l of the stack holds
// the sum of a complete group of 2^l values when bit l of n is set.
type tree[T float32 | float64] struct {
	n     uint64
	stack [64]T
}

// add appends x as the next leaf.
func (t *tree[T]) add(x T) {
	level := 0
	for ; t.n>>level&1 == 1; level++ {
		x = t.stack[level] + x
	}
	t.stack[level] = x
	t.n++
}

// sum joins the incomplete groups, the smallest (rightmost) first.
func (t *tree[T]) sum() T {
	var sum T
	empty := true
	for level := range t.stack {
		if t.n>>level&1 == 0 {
			continue
		}
		if empty {
			sum, empty = t.stack[level], false
		} else {
			sum = t.stack[level] + sum
		}
	}
	return sum
}
