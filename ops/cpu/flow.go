package cpu

import "bf16lab/ops"

// flow is a part of the schedule that is carried out strip by strip: in every strip each unit goes on as far as what it
// reads is there. Of a value that only units of the flow read, no more exists than what is still to be read.
type flow struct {
	steps   []*step // of one unit each
	strips  int
	flowing map[*ops.Value]int   // unit that makes a value
	reads   [][]reach            // by unit
	rows    []int                // by unit: its rows
	sizes   []map[*ops.Value]int // by unit: elements of a row of what it makes
	sinks   []bool               // by unit: whether all it makes is there at the end only
	windows []window
}

// window is a value of which a part exists while the flow goes on.
type window struct {
	class   int
	shape   ops.Shape
	storage ops.Storage
	maker   int  // unit that makes it; -1 where it is there before and read for the last time
	stays   bool // is read after the flow, so nothing of it is given back
	readers []windowReader
}

// windowReader is a unit that reads a window, and how.
type windowReader struct {
	unit int
	reach
}

func (f *flow) unit(i int) *unit { return f.steps[i].units[0] }

// newFlow prepares a flow of units that pass values on in strips of about so many elements.
func (p *Program) newFlow(units []*unit, elements int) *flow {
	f := &flow{flowing: map[*ops.Value]int{}}
	largest := 0
	for i, u := range units {
		f.steps = append(f.steps, p.newStep([]*unit{u}))
		reads, _ := u.reaches()
		f.reads, f.rows, f.sinks = append(f.reads, reads), append(f.rows, u.rowCount()), append(f.sinks, u.sink())
		sizes := map[*ops.Value]int{}
		for _, n := range u.made() {
			for _, v := range n.Out {
				f.flowing[v] = i
				sizes[v] = u.rowSize(v)
				largest = max(largest, v.Shape.Size())
			}
		}
		f.sizes = append(f.sizes, sizes)
	}
	f.strips = max(1, ceilDiv(largest, elements))
	return f
}

// advance moves the units on by one strip: cursor holds how many rows of each unit are done. Rows of a unit end with a
// tile, so that neither results nor what a probe sees depends on the strips.
func (f *flow) advance(cursor []int, strip int) {
	for i := range f.steps {
		u := f.unit(i)
		rows := f.rows[i]
		target := rows * (strip + 1) / f.strips
		for _, x := range f.reads[i] {
			if from, ok := f.flowing[x.value]; ok {
				target = min(target, x.rowsWithin(rows, cursor[from]*f.sizes[from][x.value]))
			}
		}
		if u.rows > 0 && target < rows {
			target = u.tileEnd(u.tilesWithin(target))
		}
		cursor[i] = max(cursor[i], target)
	}
}

// tilesWithin returns how many leading tiles of a row unit lie within its first rows.
func (u *unit) tilesWithin(rows int) int {
	perTile, tiles, _ := u.tiles()
	if rows == u.rows {
		return tiles
	}
	if u.period == 0 {
		return rows / perTile
	}
	perPeriod := ceilDiv(u.period, perTile)
	return rows/u.period*perPeriod + rows%u.period/perTile
}

// tileEnd returns the number of rows of the first tiles of a row unit.
func (u *unit) tileEnd(tiles int) int {
	if tiles == 0 {
		return 0
	}
	perTile, _, _ := u.tiles()
	_, end := u.tile(tiles-1, perTile)
	return end
}

// observed returns how many elements of the result of a product have been given to a probe when so many of its rows are
// done: whole chunks, and at the end all.
func (f *flow) observed(i, rows int) int {
	u := f.unit(i)
	v := u.result().Out[0]
	switch {
	case rows == f.rows[i]:
		return v.Shape.Size()
	case f.sinks[i]:
		return 0
	}
	done := rows * f.sizes[i][v]
	return done / observeElements * observeElements
}

// made returns how many elements of a window are there.
func (f *flow) made(w *window, cursor []int) int {
	if w.maker < 0 || f.sinks[w.maker] {
		return w.shape.Size()
	}
	return cursor[w.maker] * (w.shape.Size() / f.rows[w.maker])
}

// kept returns the first element of a window that is still to be read.
func (f *flow) kept(w *window, cursor []int) int {
	if w.stays {
		return 0
	}
	low := w.shape.Size()
	if w.maker >= 0 {
		low = f.made(w, cursor)
		if f.unit(w.maker).rows == 0 {
			low = f.observed(w.maker, cursor[w.maker])
		}
	}
	for _, x := range w.readers {
		if row := cursor[x.unit]; row < f.rows[x.unit] {
			low = min(low, x.start(row))
		}
	}
	return low
}
