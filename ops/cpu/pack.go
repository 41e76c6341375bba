package cpu

import "math"

// float is an element type of the products.
type float interface{ float32 | float64 }

// operand is one side of a product as the packers see it. A line is a row of the left operand or a column of the right
// one; element q of line i lies at offset + i*line + q*step of wide or half.
type operand[T float] struct {
	wide       []T
	half       []uint16
	round      func([]T)
	offset     int
	line, step int
	padded     bool // indices outside the storage read as zero
}

// size returns the number of stored values.
func (o *operand[T]) size() int {
	if o.half != nil {
		return len(o.half)
	}
	return len(o.wide)
}

// packPanels packs lines first, ..., first+lines-1 in panels of width lines, one after the other, see pack.
func (o *operand[T]) packPanels(k *kernels[T], dst []T, width, first, lines, start, count int) {
	o.inPanels(width, lines, func(i, panels int) bool {
		return o.packStrips(k, dst[i*count:][:panels*width*count], width, panels, first+i, start, count)
	}, func(i, n int) {
		o.pack(k, dst[i*count:][:width*count], width, first+i, n, start, count)
	})
}

// inPanels goes through lines in panels of width lines: several whole ones at once where lines are neighbours in memory and
// strips takes them, the others one by one. Both are given the first line, and a number of panels or of lines.
func (o *operand[T]) inPanels(width, lines int, strips func(i, panels int) bool, one func(i, n int)) {
	for i := 0; i < lines; {
		panels := 1
		if o.line == 1 && lines-i >= width {
			panels = min((lines-i)/width, stripsAtOnce)
		}
		if panels == 1 || !strips(i, panels) {
			panels = 1
			one(i, min(width, lines-i))
		}
		i += panels * width
	}
}

// stripsAtOnce is the number of panels that are packed at once where their lines are neighbours in memory.
const stripsAtOnce = 8

// packStrips packs several whole panels of neighbouring lines with the routine for it, if there is one and the values lie
// inside the storage.
func (o *operand[T]) packStrips(k *kernels[T], dst []T, width, panels, first, start, count int) bool {
	base := o.offset + first + start*o.step
	across := (count - 1) * o.step
	if base+min(across, 0) < 0 || base+max(across, 0)+panels*width > o.size() {
		return false
	}
	switch {
	case o.half != nil && k.packHalf.strips != nil:
		k.packHalf.strips(&dst[0], panels, &o.half[base], o.step, count)
	case o.half == nil && k.packWide.strips != nil:
		k.packWide.strips(&dst[0], panels, &o.wide[base], o.step, count)
	default:
		return false
	}
	if o.round != nil {
		o.round(dst)
	}
	return true
}

// pack copies elements start, ..., start+count-1 of lines first, ..., first+lines-1 to a panel of count rows:
// dst[q*width+i] is element start+q of line first+i. Columns from lines to width are zero. Values are widened and rounded.
func (o *operand[T]) pack(k *kernels[T], dst []T, width, first, lines, start, count int) {
	dst = dst[:count*width]
	base := o.offset + first*o.line + start*o.step
	down, across := (lines-1)*o.line, (count-1)*o.step
	inside := base+min(down, 0)+min(across, 0) >= 0 && base+max(down, 0)+max(across, 0) < o.size()
	switch {
	case !inside:
		if !o.padded {
			panic("cpu: matrix view leaves its data")
		}
		o.packPadded(dst, width, lines, base)
	case o.half != nil:
		packFast(dst, width, lines, o.half, base, o.line, o.step, k.packHalf, widen[T])
	default:
		packFast(dst, width, lines, o.wide, base, o.line, o.step, k.packWide, same[T])
	}
	if o.round != nil {
		o.round(dst)
	}
}

// packers are the packing routines of an instruction set that read values of type S; nil ones do not exist.
type packers[T float, S any] struct {
	// lines packs lines that are neighbours in memory: for q < count, i < width,
	// dst[q*width+i] = src[q*step+i], or 0 for i >= lines.
	lines func(dst *T, width int, src *S, lines, step, count int)
	// strips packs whole panels of neighbouring lines: for s < panels, q < count, i < kernels.columns,
	// dst[(s*count+q)*columns+i] = src[q*step+s*columns+i].
	strips func(dst *T, panels int, src *S, step, count int)
	// transpose packs up to side lines whose elements are neighbours in memory: for q < count, i < cover,
	// dst[q*width+i] = src[i*line+q], or 0 for i >= lines. It may spoil the side-cover values behind a row, except the last. It
	// needs panels of some width and length.
	transpose                    func(dst *T, width, cover int, src *S, lines, line, count int)
	side, leastWidth, leastCount int
}

// packFast packs lines that lie inside src, with the instruction set's routines where they fit.
func packFast[T float, S any](dst []T, width, lines int, src []S, base, line, step int, k packers[T, S], convert func(S) T) {
	count := len(dst) / width
	switch {
	case line == 1 && k.lines != nil:
		k.lines(&dst[0], width, &src[base], lines, step, count)
	case step == 1 && k.transpose != nil && width >= k.leastWidth && count >= k.leastCount:
		// From right to left, so that what one call spoils at the beginning of the next row is written afterwards.
		used := roundUp(lines, k.side)
		clearColumns(dst, width, min(used, width))
		for i := used - k.side; i >= 0; i -= k.side {
			k.transpose(&dst[i], width, min(k.side, width-i), &src[base+i*line], min(k.side, lines-i), line, count)
		}
	case line == 1:
		for q := range count {
			row, from := dst[q*width:][:width], src[base+q*step:][:lines]
			for i, x := range from {
				row[i] = convert(x)
			}
			clear(row[lines:])
		}
	default:
		for i := range lines {
			at := base + i*line
			for q := i; q < len(dst); q += width {
				dst[q] = convert(src[at])
				at += step
			}
		}
		clearColumns(dst, width, lines)
	}
}

// clearColumns zeroes the columns of a panel from the given one on.
func clearColumns[T float | uint32](panel []T, width, from int) {
	if from == width {
		return
	}
	for ; len(panel) > 0; panel = panel[width:] {
		clear(panel[from:width])
	}
}

func same[T float](x T) T       { return x }
func widen[T float](x uint16) T { return T(math.Float32frombits(uint32(x) << 16)) }

// packPadded is pack for the few panels that reach over an end of the storage.
func (o *operand[T]) packPadded(dst []T, width, lines, base int) {
	clear(dst)
	size := o.size()
	for i := range lines {
		at := base + i*o.line
		for q := i; q < len(dst); q += width {
			switch {
			case at < 0 || at >= size:
			case o.half != nil:
				dst[q] = widen[T](o.half[at])
			default:
				dst[q] = o.wide[at]
			}
			at += o.step
		}
	}
}
