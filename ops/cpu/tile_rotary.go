package cpu

import "bf16lab/ops"

// fuseRotary lets one kernel carry out the eight equations of a rotary position embedding in float32, x * cos + turned * sin, where
// every pair of turned is that of x with its elements exchanged and the first of them negated, and nothing else wants what lies
// between.
func (p *tileProgram) fuseRotary(r *run) {
	if activeElementwise().rotary == nil {
		return
	}
	for i := range p.steps {
		if inner, operands, ok := p.rotary(r, i); ok {
			for _, k := range inner {
				p.steps[k].fused = true
			}
			p.steps[i].rotary, p.steps[i].in = true, operands
		}
	}
}

// rotary tells whether step i is the last of a rotary position embedding that the kernel can carry out, and returns the steps before
// it and the operands: x, cosines and sines.
func (p *tileProgram) rotary(r *run, i int) (inner []int, operands []tileSource, ok bool) {
	sum := &p.steps[i]
	if !sum.computesPlainly(ops.AddPrimitive, sum) {
		return nil, nil, false
	}
	first, second := sum.in[0].step, sum.in[1].step
	if first < 0 || second < 0 || !p.steps[first].computesPlainly(ops.MulPrimitive, sum) || !p.steps[second].computesPlainly(ops.MulPrimitive, sum) {
		return nil, nil, false
	}
	x, cos, sin := p.steps[first].in[0], p.steps[first].in[1], p.steps[second].in[1]
	between, turned, ok := p.turned(p.steps[second].in[0].step)
	if !ok || !sameSource(&x, &turned) || x.storage != ops.StoreFloat32 || !cos.hasRows(sum.row.inner) || !sin.hasRows(sum.row.inner) {
		return nil, nil, false
	}
	inner = append(between, first, second)
	for _, k := range inner {
		if !p.readWithin(r, k, append(inner, i)) {
			return nil, nil, false
		}
	}
	return inner, []tileSource{x, cos, sin}, true
}

// computesPlainly tells whether a step is an equation of a primitive on float32 pairs that its own kernel would carry out as it is,
// flushing what the last one of the embedding does.
func (st *tileStep) computesPlainly(primitive ops.Primitive, last *tileStep) bool {
	return st.row.node.Primitive == primitive && st.kernels && !st.fused && st.table == nil && st.norm == nil && st.gelu == nil && st.storage == ops.StoreFloat32 &&
		st.plan.Flush == last.plan.Flush && st.plan.FlushOperands == [3]bool{} && st.in[0].slot == inPlace && st.in[1].slot == inPlace &&
		len(st.row.inner) > 0 && st.row.inner[len(st.row.inner)-1]%2 == 0
}

// turned tells whether step k exchanges the elements of every pair of a source and negates the first of them then, and returns the
// steps that do so.
func (p *tileProgram) turned(k int) (steps []int, x tileSource, ok bool) {
	at := func(k int, primitive ops.Primitive) *tileStep {
		if k < 0 || p.steps[k].row.node.Primitive != primitive || p.steps[k].storage != ops.StoreFloat32 || p.steps[k].fused {
			return nil
		}
		return &p.steps[k]
	}
	reshape := at(k, ops.ReshapePrimitive)
	if reshape == nil || !reshape.onlyShapes() {
		return nil, x, false
	}
	stack := at(reshape.in[0].step, ops.StackPrimitive)
	if stack == nil || len(stack.in) != 2 || stack.row.params.(ops.StackParams).Axis != len(stack.row.inner) || !stack.moves {
		return nil, x, false
	}
	neg, firsts := at(stack.in[0].step, ops.NegPrimitive), at(stack.in[1].step, ops.SlicePrimitive)
	if neg == nil || firsts == nil || !neg.kernels {
		return nil, x, false
	}
	seconds := at(neg.in[0].step, ops.SlicePrimitive)
	if seconds == nil || !takes(seconds, 1) || !takes(firsts, 0) || !sameSource(&seconds.in[0], &firsts.in[0]) {
		return nil, x, false
	}
	return []int{neg.in[0].step, stack.in[0].step, stack.in[1].step, reshape.in[0].step, k}, firsts.in[0], true
}

// takes tells whether a slice takes the first (0) or the second (1) element of each pair of its rows.
func takes(st *tileStep, second int) bool {
	which, ok := secondOf(st.row.params.(ops.SliceParams), st.in[0].inner)
	return ok && st.moves && which == second
}

// hasRows tells whether the source has a row of float32 of the given shape for every row of a tile.
func (src *tileSource) hasRows(inner ops.Shape) bool {
	return src.fixed == nil && !src.whole && (src.kind == tiled || src.kind == cyclic) && src.storage == ops.StoreFloat32 && src.slot == inPlace && src.inner.Equal(inner)
}

// rotaryStep is the vectorStep of the last equation of a rotary position embedding.
func (st *tileStep) rotaryStep() vectorStep {
	f, mode := activeElementwise().rotary, 0
	if st.plan.Flush {
		mode = modeFlush
	}
	return func(out *ops.Tensor, in []*ops.Tensor) { f.run(mode, out.F32, in[0].F32, in[1].F32, in[2].F32) }
}

// rotaryKernel computes x * cos + turned * sin for n values, a multiple of elementwiseLanes above zero, as three equations do, where
// turned has the pair (-b, a) for every pair (a, b) of x; with modeFlush the products and the sum are flushed.
type rotaryKernel func(mode, n int, dst, x, cos, sin *float32)

// run calls the kernel for any even number of values.
func (f rotaryKernel) run(mode int, dst, x, cos, sin []float32) {
	n := len(dst)
	x, cos, sin = x[:n], cos[:n], sin[:n]
	whole := n &^ (elementwiseLanes - 1)
	if whole > 0 {
		f(mode, whole, &dst[0], &x[0], &cos[0], &sin[0])
	}
	if whole == n {
		return
	}
	var rest [3][elementwiseLanes]float32
	for i, from := range [][]float32{x, cos, sin} {
		copy(rest[i][:], from[whole:])
	}
	f(mode, elementwiseLanes, &rest[0][0], &rest[0][0], &rest[1][0], &rest[2][0])
	copy(dst[whole:], rest[0][:])
}
