package cpu

import (
	"context"
	"time"

	"bf16lab/ops"
)

// flowRun is a flow that is being carried out.
type flowRun struct {
	*run
	flow     *flow
	cursor   []int // by unit: rows done
	rows     []*rowsRun
	products []*productRun
}

// runFlow carries out a flow; done is the work before it.
func (r *run) runFlow(ctx context.Context, f *flow, done float64) error {
	x := &flowRun{
		run: r, flow: f, cursor: make([]int, len(f.steps)),
		rows: make([]*rowsRun, len(f.steps)), products: make([]*productRun, len(f.steps)),
	}
	for i, s := range f.steps {
		if err := r.load(f.unit(i)); err != nil {
			return err
		}
		r.beginStep(s)
	}
	x.makeRoom()
	for strip := range f.strips {
		next := append([]int(nil), x.cursor...)
		f.advance(next, strip)
		for i := range f.steps {
			if err := ctx.Err(); err != nil {
				return err
			}
			x.open(i, next)
			x.carryOn(i, next[i])
			done += f.steps[i].work() * float64(next[i]-x.cursor[i]) / float64(f.rows[i])
			x.cursor[i] = next[i]
			r.tell(done, f.unit(i))
		}
		for i := range f.windows {
			w := &f.windows[i]
			r.memory.shut(r.stored[w.class], f.kept(w, x.cursor))
		}
	}
	x.end()
	return nil
}

// makeRoom makes the tensors of all results and prepares the units.
func (x *flowRun) makeRoom() {
	for _, w := range x.flow.windows {
		if w.maker < 0 {
			x.memory.drain(x.stored[w.class])
			continue
		}
		x.keep(w.class, x.memory.window(w.shape, w.storage))
		x.rooms[w.class] = true
	}
	for i, s := range x.flow.steps {
		if u := x.flow.unit(i); u.rows > 0 {
			x.rows[i] = x.newRowsRun(s, u, s.passes()[0])
		} else {
			x.products[i] = x.newProductRun(s)
		}
	}
}

// open counts what a unit is about to write.
func (x *flowRun) open(i int, next []int) {
	for k := range x.flow.windows {
		if w := &x.flow.windows[k]; w.maker == i {
			x.memory.open(x.stored[w.class], x.flow.made(w, next))
		}
	}
}

// carryOn computes the rows of a unit up to the given one.
func (x *flowRun) carryOn(i, to int) {
	u := x.flow.unit(i)
	if u.rows > 0 {
		x.rows[i].carryOut(u.tilesWithin(x.cursor[i]), u.tilesWithin(to))
		return
	}
	p := x.products[i]
	p.compute(x.cursor[i], to)
	p.observe(x.flow.observed(i, x.cursor[i]), x.flow.observed(i, to))
}

// end books times, tells the probe and drops what is not read any more.
func (x *flowRun) end() {
	for i, s := range x.flow.steps {
		if x.rows[i] != nil {
			x.rows[i].end()
		} else {
			x.products[i].end()
		}
		x.endStep(s)
		x.finish(s, 0, s.passes()[0])
	}
	for _, w := range x.flow.windows {
		if x.left[w.class] == 0 {
			x.drop(w.class)
		}
	}
}

// productRun is a product that is being carried out by rows for all instances.
type productRun struct {
	*run
	step    *step
	results []*ops.Tensor // by instance
	fresh   []bool        // by instance: whether it is the one that computes the result
	seconds []float64
}

func (r *run) newProductRun(s *step) *productRun {
	p := &productRun{run: r, step: s, seconds: make([]float64, len(s.instances))}
	v := s.units[0].result().Out[0]
	for _, in := range s.instances {
		class := r.class[in.plan][v.ID]
		p.fresh = append(p.fresh, r.rooms[class])
		delete(r.rooms, class)
		p.results = append(p.results, r.stored[class])
	}
	return p
}

// compute computes rows lo..hi-1, for all instances together; their time is booked in equal parts.
func (p *productRun) compute(lo, hi int) {
	u, start, fresh := p.step.units[0], time.Now(), 0.0
	c := p.newProducts()
	for i, in := range p.step.instances {
		if p.fresh[i] {
			c.addRows(u, in, p.productResults(in, u, p.results[i]), lo, hi)
			fresh++
		}
	}
	c.compute()
	for i := range p.seconds {
		if p.fresh[i] {
			p.seconds[i] += time.Since(start).Seconds() / fresh
		}
	}
}

// observe gives a probe elements lo..hi-1.
func (p *productRun) observe(lo, hi int) {
	for _, watch := range p.watches[p.step.units[0].result().Out[0]] {
		values := make([]*ops.Tensor, len(p.plans))
		for plan, of := range p.step.of {
			values[plan] = p.results[of]
		}
		p.observeRange(watch, values, lo, hi)
	}
}

// end books the time that was spent.
func (p *productRun) end() {
	for i, seconds := range p.seconds {
		p.spend(p.step, i, seconds)
	}
}
