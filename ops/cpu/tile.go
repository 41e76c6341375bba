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
		tile, end, step := x.share(g, groups, from, to)
		together := x.together(step)
		for step *= together; tile < end; tile += step {
			lo, hi := x.unit.tile(tile, perTile)
			if together > 1 {
				_, hi = x.unit.tile(min(tile+together, end)-1, perTile)
			}
			later := -1
			if tile+step < end {
				later, _ = x.unit.tile(tile+step, perTile)
			}
			for i, m := range x.machines[worker] {
				start := time.Now()
				m.lookAhead(later)
				m.run(lo, hi)
				x.seconds[worker][i] += time.Since(start).Seconds()
			}
			x.observeTile(x.step, x.unit, x.pass, x.watches, x.machines[worker], g, lo, hi)
			x.inspectTile(x.step, x.unit, x.pass, x.machines[worker], lo)
		}
	})
}

// share returns which of tiles from..to-1 belong to a group: every step-th from first on, before end. They are given out in turn, as
// their values are to a probe, or, if none sees them, one after the other, which memory is faster at.
func (x *rowsRun) share(group, groups, from, to int) (first, end, step int) {
	if len(x.watches) > 0 || x.inspector != nil {
		return nextOf(group, groups, from), to, groups
	}
	n := to - from
	return from + n*group/groups, from + n*(group+1)/groups, 1
}

// straightTiles is how many tiles are computed together by programs that are straight: the kernels have longer runs.
const straightTiles = 4

// together returns how many tiles that lie step apart are computed together.
func (x *rowsRun) together(step int) int {
	if step > 1 || slices.ContainsFunc(x.programs, func(p *tileProgram) bool { return !p.straight() }) {
		return 1
	}
	return straightTiles
}

// straight tells whether one step is carried out, from stored rows to where its result is kept: nothing of a tile has to stay in
// cache, or has a buffer.
func (p *tileProgram) straight() bool {
	carriedOut := 0
	for i := range p.steps {
		st := &p.steps[i]
		if st.fused {
			continue
		}
		if carriedOut++; st.slot != noBuffer || st.stored == nil || st.plan.Alias || st.view || st.same || st.in[0].whole {
			return false
		}
		for _, src := range st.in {
			if src.fixed == nil && (src.step >= 0 || src.kind != tiled || src.slot != inPlace) {
				return false
			}
		}
	}
	return carriedOut == 1
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
