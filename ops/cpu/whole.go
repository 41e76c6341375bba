package cpu

import (
	"slices"
	"time"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// runWhole carries out a unit of one equation whose operands are needed whole.
func (r *run) runWhole(s *step, u *unit, pass []int) {
	n := u.result()
	results := make([][]*ops.Tensor, len(s.instances))
	fresh := make([]bool, len(s.instances))
	var missing []int
	for _, i := range pass {
		results[i] = r.known(s.instances[i], n)
		if results[i] != nil {
			r.spend(s, i, 0)
			continue
		}
		missing = append(missing, i)
		fresh[i] = true
	}
	if u.productUnit() {
		r.evaluateTogether(s, u, missing, results)
	} else {
		for _, i := range missing {
			start := time.Now()
			results[i] = r.evaluateWhole(s.instances[i], u)
			r.spend(s, i, time.Since(start).Seconds())
		}
	}
	for at, v := range n.Out {
		for _, i := range pass {
			r.inspectWhole(s, i, v, results[i][at])
		}
		for _, watch := range r.watches[v] {
			values := make([]*ops.Tensor, len(r.plans))
			for plan, of := range s.of {
				if results[of] != nil {
					values[plan] = results[of][at]
				}
			}
			if values[0] == nil {
				values[0] = r.stored[r.class[0][v.ID]]
			}
			r.observe(watch, values)
		}
	}
	for _, i := range pass {
		if !fresh[i] {
			continue
		}
		for at, v := range n.Out {
			class := r.class[s.instances[i].plan][v.ID]
			// One of several results may have been kept before, for an instance that made the same.
			if r.left[class] > 0 && r.stored[class] == nil {
				r.keep(class, results[i][at])
			} else {
				r.memory.release(results[i][at])
			}
		}
	}
}

// evaluateTogether computes the products of some instances, and books the time to them in equal parts.
func (r *run) evaluateTogether(s *step, u *unit, missing []int, results [][]*ops.Tensor) {
	var instances []*instance
	for _, i := range missing {
		instances = append(instances, s.instances[i])
	}
	start := time.Now()
	for k, t := range r.evaluateProducts(u, instances) {
		results[missing[k]] = []*ops.Tensor{t}
	}
	for _, i := range missing {
		r.spend(s, i, time.Since(start).Seconds()/float64(len(missing)))
	}
}

// known returns the results of an equation if they need not be computed: those of an alias, of an equation that another
// instance has carried out already, or imposed ones, of which those that nobody reads may be gone; else nil.
func (r *run) known(in *instance, n *ops.Node) []*ops.Tensor {
	imposed := r.nodePlan(in, n).Imposed
	out := make([]*ops.Tensor, len(n.Out))
	for i, v := range n.Out {
		out[i] = r.stored[r.class[in.plan][v.ID]]
		if out[i] == nil && !imposed {
			return nil
		}
	}
	return out
}

// observe gives a probe all elements of a watched value.
func (r *run) observe(watch int, values []*ops.Tensor) {
	if r.Probe != nil { // for nobody the reference's value is not held
		r.observeRange(watch, values, 0, values[0].Shape.Size())
	}
}

// chunkGroups returns the number of chunks and of groups in which a probe is given a value computed as a whole.
func chunkGroups(size int) (chunks, groups int) {
	chunks = ceilDiv(size, observeElements)
	return chunks, min(chunks, observeGroups)
}

// observeRange gives a probe elements from..to-1 of a watched value in chunks. from is the beginning of a chunk.
func (r *run) observeRange(watch int, values []*ops.Tensor, from, to int) {
	if r.Probe == nil {
		return
	}
	_, groups := chunkGroups(values[0].Shape.Size())
	first, last := from/observeElements, ceilDiv(to, observeElements)
	parallel(r.Workers, groups, func(_, g int) {
		for chunk := nextOf(g, groups, first); chunk < last; chunk += groups {
			lo, hi := chunk*observeElements, min((chunk+1)*observeElements, to)
			parts := make([]*ops.Tensor, len(values))
			for i, t := range values {
				parts[i] = sameAs(values, parts, i)
				if parts[i] == nil && t != nil {
					parts[i] = t.Range(lo, hi, ops.Shape{hi - lo})
				}
			}
			r.Probe.Observe(watch, g, int64(lo), r.shown(watch, parts))
		}
	})
}

// nextOf returns the first number from the given one on that belongs to group g of numbers that are dealt out in turn.
func nextOf(g, groups, from int) int { return from + (g-from%groups+groups)%groups }

// sameAs returns the part made for an earlier plan that shares the tensor of plan i, or nil.
func sameAs(values, parts []*ops.Tensor, i int) *ops.Tensor {
	for j := range i {
		if values[j] == values[i] && values[j] != nil {
			return parts[j]
		}
	}
	return nil
}

// operands returns the stored operands of an equation; nil stands for literals.
func (r *run) operands(in *instance, n *ops.Node) []*ops.Tensor {
	operands := make([]*ops.Tensor, len(n.In))
	for i, o := range n.In {
		if o.Value != nil {
			operands[i] = r.operand(in, n, i)
		}
	}
	return operands
}

// evaluateWhole computes the results of a unit that is not one of rows under the plan of an instance.
func (r *run) evaluateWhole(in *instance, u *unit) []*ops.Tensor {
	if u.batches != nil {
		return []*ops.Tensor{r.evaluateBatches(in, u)}
	}
	n := u.nodes[0]
	plan := r.nodePlan(in, n)
	operands := r.operands(in, n)
	if _, ok := n.Params.(ops.DotParams); ok && n.Out[0].DType.IsFloat() {
		return []*ops.Tensor{r.outer(n, plan, operands)}
	}
	if out := r.sumColumns(n, plan, operands); out != nil {
		return []*ops.Tensor{out}
	}
	if n.Primitive.OnlyMoves() && !plan.Round && plan.Operands == [3]bf16.Format{} {
		if out := r.moveWhole(n, plan, operands); out != nil {
			return []*ops.Tensor{out}
		}
	}
	return r.define(n, plan, operands)
}

// moveWhole carries out a primitive that only moves data without widening it; nil where storages differ.
func (r *run) moveWhole(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor) *ops.Tensor {
	storage := plan.Storage(n.Out[0].DType)
	for i, t := range operands {
		if t == nil || t.Storage() != storage && n.In[i].DType != ops.Bool && n.In[i].DType != ops.Int32 {
			return nil
		}
	}
	out := r.memory.tensor(n.Out[0].Shape, storage)
	if p, ok := n.Params.(ops.TransposeParams); ok {
		r.transpose(p, out, operands[0])
		return out
	}
	ops.Evaluate(n.Primitive, ops.NewContext(n.Params, plan), []*ops.Tensor{out}, operands)
	return out
}

// define evaluates an equation by its plain Go definition: operands are widened, results rounded and narrowed. A sum over
// leading axes is spread over the workers by columns.
func (r *run) define(n *ops.Node, plan *ops.NodePlan, operands []*ops.Tensor) []*ops.Tensor {
	var temporary []*ops.Tensor
	widened := make([]*ops.Tensor, len(operands))
	for i, t := range operands {
		if t == nil {
			widened[i] = ops.LiteralTensor(n.In[i], plan)
			continue
		}
		widened[i] = t
		want := plan.Operand(i, n.In[i].DType)
		rounded := plan.Operands[min(i, 2)]
		if want != t.Storage() || rounded != (bf16.Format{}) {
			widened[i] = r.memory.tensor(t.Shape, want)
			temporary = append(temporary, widened[i])
			decode(widened[i], t)
			roundTo(rounded, widened[i])
		}
	}
	out := make([]*ops.Tensor, len(n.Out))
	wide := make([]*ops.Tensor, len(n.Out))
	for i, v := range n.Out {
		storage := plan.Storage(v.DType)
		out[i] = r.memory.tensor(v.Shape, storage)
		wide[i] = out[i]
		if want := plan.Arithmetic(v.DType); want != storage {
			wide[i] = r.memory.tensor(v.Shape, want)
			temporary = append(temporary, wide[i])
		}
	}
	r.evaluateParallel(n, plan, wide, widened)
	for i := range out {
		if out[i] != wide[i] {
			encode(out[i], wide[i])
		}
	}
	for _, t := range temporary {
		r.memory.release(t)
	}
	return out
}

// evaluateParallel evaluates a definition: a sum over leading axes by blocks of columns, an elementwise primitive by chunks.
func (r *run) evaluateParallel(n *ops.Node, plan *ops.NodePlan, out, in []*ops.Tensor) {
	if elementwise[n.Primitive] && !slices.ContainsFunc(in, func(t *ops.Tensor) bool { return len(t.Shape) > 0 && !t.Shape.Equal(out[0].Shape) }) {
		r.evaluateChunks(n, plan, out[0], in)
		return
	}
	if !sumsLeadingAxes(n) || r.Workers == 1 || in[0].Shape.Size() < smallSize {
		ops.Evaluate(n.Primitive, ops.NewContext(n.Params, plan), out, in)
		return
	}
	columns := out[0].Shape.Size()
	const width = 64
	blocks := (columns + width - 1) / width
	parallel(r.Workers, blocks, func(_, b int) {
		ops.SumColumns(ops.NewContext(n.Params, plan), out[0], in[0], b*width, min((b+1)*width, columns))
	})
}

// evaluateChunks evaluates the definition of an elementwise primitive whose operands are scalars or have the shape of the result.
func (r *run) evaluateChunks(n *ops.Node, plan *ops.NodePlan, out *ops.Tensor, in []*ops.Tensor) {
	size := out.Shape.Size()
	parallel(r.Workers, ceilDiv(size, smallSize), func(_, chunk int) {
		lo, hi := chunk*smallSize, min((chunk+1)*smallSize, size)
		part := func(t *ops.Tensor) *ops.Tensor {
			if len(t.Shape) == 0 {
				return t
			}
			return t.Range(lo, hi, ops.Shape{hi - lo})
		}
		operands := make([]*ops.Tensor, len(in))
		for i, t := range in {
			operands[i] = part(t)
		}
		ops.Evaluate(n.Primitive, ops.NewContext(n.Params, plan), []*ops.Tensor{part(out)}, operands)
	})
}
