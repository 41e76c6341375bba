package cpu

import (
	"bf16lab/bf16"
	"bf16lab/ops"
)

// products are collected to be computed together, so that those with the same right operand pack it once.
type products struct {
	*run
	single   []product[float32]
	double   []product[float64]
	copies   []*ops.Tensor // of operands, to be released
	readable map[conversion]*ops.Tensor
}

// conversion is an operand that the kernels cannot read as it is stored, and how it is rounded.
type conversion struct {
	stored *ops.Tensor
	double bool
	round  bf16.Format
}

func (r *run) newProducts() *products {
	return &products{run: r, readable: map[conversion]*ops.Tensor{}}
}

// compute computes what was collected.
func (c *products) compute() {
	multiply(c.Workers, c.single)
	multiply(c.Workers, c.double)
	for _, t := range c.copies {
		c.memory.release(t)
	}
	c.single, c.double, c.copies = nil, nil, nil
}

// operand returns an operand of a product in a storage that the kernels read: float64 for double plans, otherwise bfloat16 and
// float32 as they are and everything else as float32. The kernels round float32 on the way in; a float64 operand is rounded here.
func (c *products) operand(t *ops.Tensor, plan *ops.NodePlan, round bf16.Format) *ops.Tensor {
	key := conversion{stored: t, double: plan.Double}
	if plan.Double {
		key.round = round
	}
	storage := ops.StoreFloat32
	switch {
	case plan.Double && (t.F64 == nil || round != (bf16.Format{})):
		storage = ops.StoreFloat64
	case plan.Double || t.F32 != nil || t.BF16 != nil:
		return t
	}
	if c.readable[key] == nil {
		wide := c.memory.tensor(t.Shape, storage)
		decode(wide, t)
		roundTo(key.round, wide)
		c.readable[key] = wide
		c.copies = append(c.copies, wide)
	}
	return c.readable[key]
}

// operandFormats returns the formats that the two operands of a product are rounded to; integers are taken as they are.
func operandFormats(n *ops.Node, plan *ops.NodePlan) (formats [2]bf16.Format) {
	for i := range formats {
		if n.In[i].DType.IsFloat() {
			formats[i] = plan.Operands[i]
		}
	}
	return formats
}

// side is one operand of a batch of products: the same strides for all of them. Lines are the rows of a left operand, the columns
// of a right one.
type side struct {
	tensor     *ops.Tensor
	round      bf16.Format
	lines      int
	line, step int
	padded     bool
	offsets    []int // by product of the batch
}

// matrices sees an operand as a batch of matrices [free, contracting]; an operand whose free or contracting axes cannot be seen as
// one axis is copied first.
func (c *products) matrices(t *ops.Tensor, v ops.View, round bf16.Format) side {
	line, ok1 := merged(v.Free, v.FreeStrides)
	step, ok2 := merged(v.Contracting, v.ContractingStrides)
	if !ok1 || !ok2 {
		t = c.packed(t, v)
		c.copies = append(c.copies, t)
		rank := v.Contracting.Size()
		line, step = rank, 1
		v.BatchStrides = append(append(ops.Shape{}, v.Batch...), v.Free.Size()*rank).Strides()[:len(v.Batch)]
	}
	s := side{tensor: t, round: round, lines: v.Free.Size(), line: line, step: step}
	for i := range v.Batch.Size() {
		s.offsets = append(s.offsets, ops.Offset(i, v.Batch, v.BatchStrides))
	}
	return s
}

// only returns the side of a single product of the batch.
func (s side) only(product int) side {
	s.offsets = s.offsets[product : product+1]
	return s
}

// merged returns the stride of several axes seen as one; ok is false where they are not evenly spaced.
func merged(shape ops.Shape, strides []int) (stride int, ok bool) {
	stride, next := 1, 0
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] == 1 {
			continue
		}
		if next == 0 {
			stride = strides[i]
		} else if strides[i] != next {
			return 0, false
		}
		next = strides[i] * shape[i]
	}
	return stride, true
}

// packed copies an operand into the layout [batch, free, contracting].
func (r *run) packed(t *ops.Tensor, v ops.View) *ops.Tensor {
	shape := append(append(append(ops.Shape{}, v.Batch...), v.Free...), v.Contracting...)
	strides := append(append(append([]int{}, v.BatchStrides...), v.FreeStrides...), v.ContractingStrides...)
	out := r.memory.tensor(shape, t.Storage())
	ops.CopyStrided(out, t, strides)
	return out
}

// add collects the products of a batch, of so many elements a chain, whose results begin at element at of a result and follow one
// another there; width elements lie between the beginnings of two rows.
func (c *products) add(a, b side, depth int, order ops.ProductOrder, res *results, at, width int) {
	for z := range a.offsets {
		for _, x := range order.Regions(a.lines, b.lines) {
			origin := at + (z*a.lines+x.I0)*width + x.J0
			if res.plan.Double {
				c.double = append(c.double, productFor(wideOperand(a, z), wideOperand(b, z), x, depth, b.key(z, x), res, origin, width))
			} else {
				c.single = append(c.single, productFor(codeOperand(a, z), codeOperand(b, z), x, depth, b.key(z, x), res, origin, width))
			}
		}
	}
}

// productFor returns the product of a region, with a destination where its results can be written straight to it.
func productFor[T float](a, b operand[T], x ops.ProductRegion, depth int, right rightKey, res *results, origin, width int) product[T] {
	a.offset += x.I0 * a.line
	b.offset += x.J0 * b.line
	p := productOf(a, b, x.I1-x.I0, x.J1-x.J0, depth, depth, x.Order)
	p.right = right
	if out := storedAs[T](res.out); out != nil && p.n == width {
		p.dst = out[origin : origin+p.m*p.n]
	}
	if p.dst == nil || res.changes() {
		p.finish = finishing[T](res, origin, width, p.dst != nil)
	}
	return p
}

// key tells the right operand of a region of a product.
func (s side) key(product int, x ops.ProductRegion) rightKey {
	if s.tensor.Shape.Size() == 0 || s.padded {
		return rightKey{}
	}
	return rightKey{values: &bytesOf(s.tensor)[0], offset: s.offsets[product] + x.J0*s.line, line: s.line, step: s.step, round: s.round}
}

func codeOperand(s side, product int) operand[float32] {
	o := operand[float32]{wide: s.tensor.F32, half: s.tensor.BF16, offset: s.offsets[product], line: s.line, step: s.step, padded: s.padded}
	if s.round != (bf16.Format{}) {
		o.round = roundingSlices(s.round)
	}
	return o
}

func wideOperand(s side, product int) operand[float64] {
	return operand[float64]{wide: s.tensor.F64, offset: s.offsets[product], line: s.line, step: s.step, padded: s.padded}
}

// storedAs returns the elements of a tensor that is stored as T, otherwise nil.
func storedAs[T float](t *ops.Tensor) []T {
	out, _ := any(t.F32).([]T)
	if out == nil {
		out, _ = any(t.F64).([]T)
	}
	return out
}

// roundingSlices returns the rounding of slices to a format, in place.
func roundingSlices(f bf16.Format) func(values []float32) {
	if k := activeElementwise(); k.round != nil && f == bf16.BFloat16 {
		return func(values []float32) { k.round.run(0, len(values), floats{wide: values}, floats{wide: values}) }
	}
	return func(values []float32) { f.RoundSlice(values, values) }
}
