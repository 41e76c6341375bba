package cpu

import (
	"fmt"
	"strings"
	"sync"

	"bf16lab/ops"
)

const (
	codes      = 1 << 16 // of bfloat16
	mostTables = 64      // that are kept for other units: 16 MiB
)

// A table holds what a chain of elementwise equations on one bfloat16 value makes of every code, in the upper half of the code's
// entry. It is made by carrying out the chain, so it has its bits. Lower halves are zero, and one entry more is there: four bytes from
// the middle of an entry on are the result as well, in the lower half.
type table [codes + 1]uint32

// at returns what the chain makes of a code.
func (t *table) at(code uint16) uint16 { return uint16(t[code] >> 16) }

// tableOf returns the table of a chain that makes the given codes.
func tableOf(results []uint16) *table {
	t := new(table)
	for code, result := range results {
		t[code] = uint32(result) << 16
	}
	return t
}

// tables are those that were made, by what their chains are.
var tables struct {
	sync.Mutex
	made map[string]*table
}

// tabulated are the primitives whose kernels take longer than reading a table.
var tabulated = map[ops.Primitive]bool{
	ops.LogisticPrimitive: true, ops.ExpPrimitive: true, ops.TanhPrimitive: true, ops.Log1pPrimitive: true, ops.SqrtPrimitive: true, ops.DivPrimitive: true,
}

// chain is a number of steps of a tile program whose last result depends on one bfloat16 value only.
type chain struct {
	source tileSource // the value
	steps  []int      // in order
}

// tabulate lets tables carry out what chains of steps make of a bfloat16 value, where the unit is large enough. Steps whose
// results nobody reads any more are left out.
func (p *tileProgram) tabulate(r *run) {
	if activeElementwise().lookup == nil || p.unit.rows*p.unit.largestRow() < tableElements {
		return
	}
	chains := make([]*chain, len(p.steps))
	for i := range p.steps {
		chains[i] = p.chain(chains, i)
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		st, c := &p.steps[i], chains[i]
		if c == nil || st.fused || st.storage != ops.StoreBFloat16 || st.encoded() || !p.worthTable(c) {
			continue
		}
		st.table, st.in = p.table(c), []tileSource{c.source}
		p.leaveOut(r)
	}
}

// chain returns the chain that ends with step i, given those of the steps before it; nil if the step is none.
func (p *tileProgram) chain(before []*chain, i int) *chain {
	st := &p.steps[i]
	if !elementwise[st.row.node.Primitive] || !st.kernels || st.plan.Alias {
		return nil
	}
	var c *chain
	member := map[int]bool{i: true}
	for j := range st.in {
		src := &st.in[j]
		if src.fixed != nil {
			if src.fixed.Shape.Size() != 1 {
				return nil
			}
			continue
		}
		if src.whole || src.kind != tiled || !src.inner.Equal(st.row.inner) || src.slot != inPlace {
			return nil
		}
		next := &chain{source: *src}
		if src.step >= 0 && before[src.step] != nil {
			next = before[src.step]
		} else if src.storage != ops.StoreBFloat16 {
			return nil
		}
		if c != nil && !sameSource(&c.source, &next.source) {
			return nil
		}
		c = next
		for _, k := range next.steps {
			member[k] = true
		}
	}
	if c == nil {
		return nil
	}
	out := &chain{source: c.source}
	for k := range i + 1 {
		if member[k] {
			out.steps = append(out.steps, k)
		}
	}
	return out
}

// worthTable tells whether a chain takes longer than reading a table.
func (p *tileProgram) worthTable(c *chain) bool {
	const simple = 4 // steps of kernels that take as long together
	for _, k := range c.steps {
		if tabulated[p.steps[k].row.node.Primitive] {
			return true
		}
	}
	return len(c.steps) >= simple
}

// table returns the table of a chain.
func (p *tileProgram) table(c *chain) *table {
	key := p.describe(c)
	tables.Lock()
	defer tables.Unlock()
	if t := tables.made[key]; t != nil {
		return t
	}
	t := p.makeTable(c)
	if tables.made == nil || len(tables.made) >= mostTables {
		tables.made = map[string]*table{}
	}
	tables.made[key] = t
	return t
}

// describe names everything that determines a table.
func (p *tileProgram) describe(c *chain) string {
	var b strings.Builder
	for _, k := range c.steps {
		st := &p.steps[k]
		fmt.Fprintf(&b, "%s %v %+v %d:", st.row.node.Primitive, st.row.params, *st.plan, st.storage)
		for j := range st.in {
			switch src := &st.in[j]; {
			case src.fixed != nil:
				fmt.Fprintf(&b, " %d %x", src.fixed.Storage(), bytesOf(src.fixed))
			default:
				fmt.Fprintf(&b, " step %d", c.place(src))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// place returns where in a chain an operand is made, -1 for the value that it begins with.
func (c *chain) place(src *tileSource) int {
	if sameSource(src, &c.source) {
		return -1
	}
	for i, k := range c.steps {
		if k == src.step {
			return i
		}
	}
	panic("cpu: a chain reads what it does not make")
}

// makeTable carries out a chain on all codes.
func (p *tileProgram) makeTable(c *chain) *table {
	all := ops.NewTensor(ops.Shape{codes}, ops.StoreBFloat16)
	for i := range all.BF16 {
		all.BF16[i] = uint16(i)
	}
	results := make([]*ops.Tensor, len(c.steps))
	for i, k := range c.steps {
		st := &p.steps[k]
		var in []*ops.Tensor
		for j := range st.in {
			src := &st.in[j]
			switch {
			case src.fixed != nil:
				in = append(in, src.fixed)
			case c.place(src) < 0:
				in = append(in, all)
			default:
				in = append(in, results[c.place(src)])
			}
		}
		results[i] = ops.NewTensor(ops.Shape{codes}, st.storage)
		st.vector(new(*byte))(results[i], in)
	}
	return tableOf(results[len(results)-1].BF16)
}

// leaveOut leaves out the steps whose results nobody reads.
func (p *tileProgram) leaveOut(r *run) {
	for i := len(p.steps) - 2; i >= 0; i-- {
		st := &p.steps[i]
		if st.stored == nil && len(r.watches[st.row.node.Out[0]]) == 0 && len(p.readers(i)) == 0 {
			st.fused = true
		}
	}
}

// readers returns the operands of steps that are carried out which are the result of step i, each by its step.
func (p *tileProgram) readers(i int) (steps []int) {
	for j := i + 1; j < len(p.steps); j++ {
		if p.steps[j].fused {
			continue
		}
		for _, src := range p.steps[j].in {
			if src.fixed == nil && src.step == i {
				steps = append(steps, j)
			}
		}
	}
	return steps
}

// tableStep is the vectorStep of a step with a table.
func (st *tileStep) tableStep(ahead **byte) vectorStep {
	f := activeElementwise().lookupKernel()
	return func(out *ops.Tensor, in []*ops.Tensor) { f.run(st.past, out.BF16, in[0].BF16, st.table, *ahead) }
}
