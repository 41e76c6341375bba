package cpu

import (
	"slices"
	"time"

	"bf16lab/ops"
)

// observeGroups is the number of groups that the tiles of a unit, or the chunks of a value, are given to a probe in: in
// turn, so that all workers have something to do wherever a unit is. It does not depend on the number of workers, so
// neither do the sums that a probe makes.
const observeGroups = 64

// tiles returns how a row unit is cut: rows of a tile, number of tiles, number of groups of tiles.
func (u *unit) tiles() (rows, tiles, groups int) {
	elements := tileElements
	if u.readsInput() {
		elements *= inputTiles
	}
	rows = max(1, elements/u.largestRow())
	if u.period > 0 {
		rows = min(rows, u.period)
		tiles = u.rows / u.period * ((u.period + rows - 1) / rows)
	} else {
		tiles = (u.rows + rows - 1) / rows
	}
	return rows, tiles, min(tiles, observeGroups)
}

// inputTiles is how many times as large tiles are of which nothing is read again while it is in cache.
const inputTiles = 8

// readsInput tells whether the unit is one equation on inputs of the graph, such as the conversion of a parameter.
func (u *unit) readsInput() bool {
	return len(u.nodes) == 1 && !slices.ContainsFunc(u.nodes[0].In, func(o ops.Operand) bool { return o.Value != nil && o.Value.Node != nil })
}

// tile returns the rows lo..hi-1 of a tile. Tiles of a unit with a period do not cross its multiples.
func (u *unit) tile(i, rows int) (lo, hi int) {
	if u.period == 0 {
		return i * rows, min((i+1)*rows, u.rows)
	}
	per := (u.period + rows - 1) / rows
	start := i / per * u.period
	return start + i%per*rows, min(start+(i%per+1)*rows, start+u.period)
}

// rowsRun is a row unit that is being carried out for some instances: tile by tile, and for each tile one instance after
// the other.
type rowsRun struct {
	*run
	step     *step
	unit     *unit
	pass     []int
	programs []*tileProgram
	watches  []unitWatch
	machines [][]*tileMachine // by worker and instance
	seconds  [][]float64      // by worker and instance
}

// runRows carries out a row unit for some instances.
func (r *run) runRows(s *step, u *unit, pass []int) {
	x := r.newRowsRun(s, u, pass)
	_, tiles, _ := u.tiles()
	x.carryOut(0, tiles)
	x.end()
}

func (r *run) newRowsRun(s *step, u *unit, pass []int) *rowsRun {
	x := &rowsRun{run: r, step: s, unit: u, pass: pass, watches: r.unitWatches(u)}
	perTile, _, _ := u.tiles()
	for _, instance := range pass {
		x.programs = append(x.programs, r.newTileProgram(u, s.instances[instance], perTile))
	}
	x.machines, x.seconds = make([][]*tileMachine, r.Workers), make([][]float64, r.Workers)
	return x
}

// carryOut computes tiles from..to-1.
func (x *rowsRun) carryOut(from, to int) {
	perTile, _, groups := x.unit.tiles()
	parallel(x.Workers, groups, func(worker, g int) {
		if x.machines[worker] == nil {
			x.seconds[worker] = make([]float64, len(x.programs))
			for _, p := range x.programs {
				x.machines[worker] = append(x.machines[worker], p.machine(ops.NewTensor))
			}
		}
		for tile := nextOf(g, groups, from); tile < to; tile += groups {
			lo, hi := x.unit.tile(tile, perTile)
			for i, m := range x.machines[worker] {
				start := time.Now()
				m.run(lo, hi)
				x.seconds[worker][i] += time.Since(start).Seconds()
			}
			x.observeTile(x.step, x.unit, x.pass, x.watches, x.machines[worker], g, lo, hi)
			x.inspectTile(x.step, x.unit, x.pass, x.machines[worker], lo)
		}
	})
}

// end books the time that was spent.
func (x *rowsRun) end() {
	x.spendAll(x.step, x.pass, x.seconds)
}

// unitWatch is a watched value of a row unit: result of the equation at index row.
type unitWatch struct {
	watch, row int
	inner      int
}

func (r *run) unitWatches(u *unit) []unitWatch {
	if r.Probe == nil || u.shown {
		return nil
	}
	var out []unitWatch
	for i, n := range u.nodes {
		for _, w := range r.watches[n.Out[0]] {
			out = append(out, unitWatch{watch: w, row: i, inner: u.row[i].inner.Size()})
		}
	}
	return out
}

// observeTile gives a probe the watched values of a tile. A reference that is not part of the pass is read from where it
// is held.
func (r *run) observeTile(s *step, u *unit, pass []int, watches []unitWatch, machines []*tileMachine, group, lo, hi int) {
	for _, w := range watches {
		values := make([]*ops.Tensor, len(r.plans))
		for i, instance := range pass {
			for plan, of := range s.of {
				if of == instance {
					values[plan] = machines[i].results[w.row]
				}
			}
		}
		if values[0] == nil {
			held := r.stored[r.class[0][u.nodes[w.row].Out[0].ID]]
			values[0] = held.Range(lo*w.inner, hi*w.inner, ops.Shape{(hi - lo) * w.inner})
		}
		r.Probe.Observe(w.watch, group, int64(lo)*int64(w.inner), r.shown(w.watch, values))
	}
}

// tileProgram is a row unit as one instance carries it out.
type tileProgram struct {
	unit    *unit
	perTile int
	steps   []tileStep
	slots   []slot
}

// slot is a buffer of a tile, reused when the value in it is dead.
type slot struct {
	size    int
	storage ops.Storage
}

// newTileProgram prepares an instance of a row unit: finds operands, makes room for results that are kept, assigns
// buffers.
func (r *run) newTileProgram(u *unit, in *instance, perTile int) *tileProgram {
	p := &tileProgram{unit: u, perTile: perTile}
	made := map[*ops.Value]int{}
	last := r.lastUses(u)
	var free []int
	for i := range u.row {
		row := &u.row[i]
		plan := r.nodePlan(in, row.node)
		out := row.node.Out[0]
		st := tileStep{row: row, plan: plan, slot: -1}
		for j, o := range row.in {
			st.in = append(st.in, r.source(in, row, plan, o, j, p.steps, made))
		}
		st.settle()
		var temporary []int
		for j := range st.in {
			if src := &st.in[j]; src.slot == needsBuffer {
				src.slot = p.buffer(&free, perTile*src.inner.Size(), src.want)
				temporary = append(temporary, src.slot)
			}
		}
		made[out] = i
		if !plan.Alias {
			st.stored = r.room(r.class[in.plan][out.ID], out.Shape, plan.Storage(out.DType))
			size := perTile * row.inner.Size()
			switch {
			case st.stored != nil && st.stored.Storage() == st.storage:
			case st.stored == nil && st.onlyShapes():
				st.view = true
			case st.stored == nil && st.spreadsLiteral():
				st.same, st.slot = true, p.newBuffer(size, st.storage)
			default:
				st.slot = p.buffer(&free, size, st.storage)
			}
		}
		p.steps = append(p.steps, st)
		if st.view {
			p.prolong(last, i)
		}
		free = append(append(free, temporary...), p.dead(last, made, i)...)
	}
	p.shorten(r)
	return p
}

// buffer returns a slot of at least the size, a free one if there is one of the storage and size.
func (p *tileProgram) buffer(free *[]int, size int, s ops.Storage) int {
	for i, k := range *free {
		if p.slots[k].storage == s && p.slots[k].size == size {
			*free = append((*free)[:i], (*free)[i+1:]...)
			return k
		}
	}
	return p.newBuffer(size, s)
}

func (p *tileProgram) newBuffer(size int, s ops.Storage) int {
	p.slots = append(p.slots, slot{size: size, storage: s})
	return len(p.slots) - 1
}

// prolong keeps the buffer that the view made by step i shows until the last reader of the view.
func (p *tileProgram) prolong(last map[*ops.Value]int, i int) {
	at := i
	for at >= 0 && p.steps[at].view {
		at = p.steps[at].in[0].step
	}
	if at < 0 {
		return // rows of a stored value
	}
	shown := p.steps[at].row.node.Out[0]
	before, ok := last[shown]
	if to, reused := last[p.steps[i].row.node.Out[0]]; ok && reused {
		last[shown] = max(before, to)
		return
	}
	delete(last, shown)
}

// dead returns the buffers of the values whose last reader is step i. What is the same for every tile stays.
func (p *tileProgram) dead(last map[*ops.Value]int, made map[*ops.Value]int, i int) (slots []int) {
	for v, at := range last {
		if k, ok := made[v]; ok && at == i && p.steps[k].slot >= 0 && !p.steps[k].plan.Alias && !p.steps[k].same {
			slots = append(slots, p.steps[k].slot)
		}
	}
	return slots
}

// lastUses returns for each value made in the unit the last equation that reads it; values that are watched, inspected or passed on
// by an alias, are missing: their buffers are not used again.
func (r *run) lastUses(u *unit) map[*ops.Value]int {
	last := map[*ops.Value]int{}
	for i, n := range u.nodes {
		for _, o := range n.In {
			if o.Value != nil {
				last[o.Value] = i
			}
		}
	}
	for i, n := range u.nodes {
		if _, ok := last[n.Out[0]]; !ok {
			last[n.Out[0]] = i
		}
		if len(r.watches[n.Out[0]]) > 0 || r.inspector != nil {
			delete(last, n.Out[0])
		}
		for _, plan := range r.plans {
			if plan.Nodes[n.Index].Alias {
				delete(last, n.In[0].Value)
				delete(last, n.Out[0])
			}
		}
	}
	return last
}
