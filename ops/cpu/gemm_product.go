package cpu

import "bf16lab/bf16"

// product is one matrix product: dst (m x n) = a (m x k) b (k x n). A flipped product computes the transpose of its
// destination: dst is n x m then. The bits are the same, because the multiplication commutes.
type product[T float] struct {
	dst     []T // nil where finish stores the results
	a, b    operand[T]
	m, n, k int
	order   bf16.DotOrder
	flipped bool
	right   rightKey  // tells products with the same right operand; the zero key is no product's
	finish  finish[T] // what becomes of complete results, nil for nothing
}

// rightKey tells right operands apart: which values they are, and how they are rounded on the way.
type rightKey struct {
	values             *byte // where they are stored
	offset, line, step int
	round              bf16.Format
}

// finish takes complete results of a product, a part of its rows and columns, while they are in cache; it may change them in place.
// Calls of different workers come concurrently.
type finish[T float] func(worker int, at rectangle, values view[T])

// rectangle is a part of the rows and columns of a result.
type rectangle struct{ row, column, rows, columns int }

// newProduct32 checks the shapes and takes the result's space from the front of dst; it returns the rest of dst.
func newProduct32(dst []float32, a, b Matrix, order bf16.DotOrder) (product[float32], []float32) {
	return newProduct(dst, a.operand(true), b.operand(false), a.Rows, b.Columns, a.Columns, b.Rows, order)
}

// newProduct64 is newProduct32 for float64.
func newProduct64(dst []float64, a, b Matrix64, order bf16.DotOrder) (product[float64], []float64) {
	return newProduct(dst, a.operand(true), b.operand(false), a.Rows, b.Columns, a.Columns, b.Rows, order)
}

func newProduct[T float](dst []T, a, b operand[T], m, n, k, kb int, order bf16.DotOrder) (product[T], []T) {
	p := productOf(a, b, m, n, k, kb, order)
	if m*n > len(dst) {
		panic("cpu: matrix product larger than its destination")
	}
	p.dst = dst[:m*n]
	return p, dst[m*n:]
}

// productOf returns a product without a destination.
func productOf[T float](a, b operand[T], m, n, k, kb int, order bf16.DotOrder) product[T] {
	order.Validate()
	if k != kb {
		panic("cpu: columns of the left operand differ from rows of the right operand")
	}
	return product[T]{a: a, b: b, m: m, n: n, k: k, order: order}
}

// flip exchanges the operands when the tiles then waste less: a tile has many columns, and its cost hardly falls below that
// of four rows.
func (p *product[T]) flip(k *kernels[T]) {
	cost := func(m, n int) int { return max(m, 4) * roundUp(n, k.columns) }
	if !p.order.Pairwise && 2*cost(p.n, p.m) <= cost(p.m, p.n) {
		p.a, p.b, p.m, p.n, p.flipped = p.b, p.a, p.n, p.m, true
	}
}

// paired tells that elements may be taken in pairs: both operands are bfloat16 codes, and every product is fused into its chain.
func (p *product[T]) paired() bool {
	return p.a.half != nil && p.b.half != nil && p.a.round == nil && p.b.round == nil && !p.order.Unfused && !p.order.Pairwise
}

// kernels returns the kernels that compute the product.
func (p *product[T]) kernels() *kernels[T] {
	return activeKernels[T](p.order.Unfused || p.order.Pairwise)
}

// lanes returns the number of lanes, at least 1.
func (p *product[T]) lanes() int { return max(p.order.Lanes, 1) }

// mostShared is the largest number of products whose tasks are computed together: more than the plans that a replay usually has.
// Every product of a group has scratch of its own.
const mostShared = 32

// shares tells whether a product can take the packed right operand of another one, piece by piece.
func (p *product[T]) shares(first *product[T]) bool {
	return p.right != rightKey{} && p.right == first.right && !p.flipped && !first.flipped &&
		p.m == first.m && p.n == first.n && p.order == first.order && p.paired() == first.paired()
}

// groupEnds returns where groups of neighbouring products that share a right operand end.
func groupEnds[T float](products []product[T]) (ends []int) {
	for first := 0; first < len(products); {
		end := first + 1
		for end < len(products) && end-first < mostShared && products[end].shares(&products[first]) {
			end++
		}
		ends = append(ends, end)
		first = end
	}
	return ends
}
