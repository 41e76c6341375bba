package cpu

import "bf16lab/bf16"

// product is one matrix product: dst (m x n) = a (m x k) b (k x n). A flipped product computes the transpose of its
// destination: dst is n x m then. The bits are the same, because the multiplication commutes.
type product[T float] struct {
	dst     []T
	a, b    operand[T]
	m, n, k int
	order   bf16.DotOrder
	flipped bool
}

// newProduct32 checks the shapes and takes the result's space from the front of dst; it returns the rest of dst.
func newProduct32(dst []float32, a, b Matrix, order bf16.DotOrder) (product[float32], []float32) {
	return newProduct(dst, a.operand(true), b.operand(false), a.Rows, b.Columns, a.Columns, b.Rows, order)
}

// newProduct64 is newProduct32 for float64.
func newProduct64(dst []float64, a, b Matrix64, order bf16.DotOrder) (product[float64], []float64) {
	return newProduct(dst, a.operand(true), b.operand(false), a.Rows, b.Columns, a.Columns, b.Rows, order)
}

func newProduct[T float](dst []T, a, b operand[T], m, n, k, kb int, order bf16.DotOrder) (product[T], []T) {
	order.Validate()
	if k != kb {
		panic("cpu: columns of the left operand differ from rows of the right operand")
	}
	if m*n > len(dst) {
		panic("cpu: matrix product larger than its destination")
	}
	return product[T]{dst: dst[:m*n], a: a, b: b, m: m, n: n, k: k, order: order}, dst[m*n:]
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

// lanes returns the number of lanes, at least 1.
func (p *product[T]) lanes() int { return max(p.order.Lanes, 1) }

// place returns where the results of row i of a task lie in dst, and their distance.
func (p *product[T]) place(t task, i int) (at, step int) {
	if p.flipped {
		return t.j0*p.m + t.i0 + i, p.m
	}
	return (t.i0+i)*p.n + t.j0, 1
}

// store sets the results of a task, row-major in results; nil stands for zeros.
func (p *product[T]) store(t task, results []T) {
	columns := t.j1 - t.j0
	for i := range t.i1 - t.i0 {
		at, step := p.place(t, i)
		for j := range columns {
			if results == nil {
				p.dst[at] = 0
			} else {
				p.dst[at] = results[i*columns+j]
			}
			at += step
		}
	}
}

// add adds the results of a further block.
func (p *product[T]) add(t task, results []T) {
	columns := t.j1 - t.j0
	for i := range t.i1 - t.i0 {
		at, step := p.place(t, i)
		for j := range columns {
			p.dst[at] += results[i*columns+j]
			at += step
		}
	}
}
