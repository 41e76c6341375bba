package cpu

// pairKernels computes chains over bfloat16 operands a pair of elements at a time. Panels are packed as for the other kernels,
// but an entry is a pair: one code in the upper half, which enters the chain first, the other one in the lower half.
//
// VDPBF16PS takes two fused multiply-adds with float32 results, one after the other, which is the chain's own definition but
// for one thing: it takes subnormal operands and results for zero. So pairs are used where [lowestCodes.exactWith] shows that
// there are none.
type pairKernels[T float] struct {
	// tile computes height x width results, see tilePairsGo.
	tile func(mode, count, height, width int, a, b *uint32, c *T, stride int)
	// lines packs lines that are neighbours in memory: for q < count, i < width,
	// dst[q*width+i] = high[q*step+i]<<16 | low[q*step+i], or 0 for i >= lines.
	lines func(dst *uint32, width int, high, low *uint16, lines, step, count int, lowest *[32]uint16)
	// strips packs whole panels of neighbouring lines: for s < panels, q < count, i < kernels.columns,
	// dst[(s*count+q)*columns+i] = high[q*step+s*columns+i]<<16 | low[q*step+s*columns+i].
	strips func(dst *uint32, panels int, high, low *uint16, step, count int, lowest *[32]uint16)
	// transpose packs up to side lines whose elements are neighbours in memory: for q < count, i < cover, dst[q*width+i] is
	// src[i*line+2*q+1]<<16 | src[i*line+2*q], rotated by so many bits, or 0 for i >= lines.
	transpose func(dst *uint32, width, cover int, src *uint16, lines, line, count, rotate int, lowest *[32]uint16)
	side      int
}

// lowestCodes holds minima over bfloat16 codes of their magnitude - 1, for which zero is the largest value. The kernels keep
// one for each lane of a vector.
type lowestCodes [32]uint16

// noCodes is what lowestCodes starts from: only zeros were seen.
func noCodes() (l lowestCodes) {
	for i := range l {
		l[i] = 0xffff
	}
	return l
}

func (l *lowestCodes) take(code uint16) { l[0] = min(l[0], code&0x7fff-1) }

// exponent returns the smallest biased exponent of the codes but zeros: 0 for subnormals, at least 255 where all are zero.
func (l *lowestCodes) exponent() int {
	lowest := l[0]
	for _, v := range l[1:] {
		lowest = min(lowest, v)
	}
	return (int(lowest) + 1) >> 7
}

// exactWith tells that no chain over products of these codes and others meets a subnormal value. With biased exponents of at
// least e and f, every product is a multiple of 2^(e-134) 2^(f-134), so is every sum, and so is its rounding: it is zero or a
// normal float32, at least 2^-126, if e + f >= 142. (A chain that starts from +0 never becomes -0 then.)
func (l *lowestCodes) exactWith(other *lowestCodes) bool {
	e, f := l.exponent(), other.exponent()
	const zeros = 0x10000 >> 7
	return e == zeros || f == zeros || e > 0 && f > 0 && e+f >= 142
}

// packPairPanels packs lines first, ..., first+lines-1 in panels of width lines, one after the other, see packPairs.
func (o *operand[T]) packPairPanels(k *pairKernels[T], dst []uint32, width, first, lines int, x piece, lowest *lowestCodes) {
	count := x.entries()
	o.inPanels(width, lines, func(i, panels int) bool {
		return o.packPairStrips(k, dst[i*count:][:panels*width*count], width, panels, first+i, x, lowest)
	}, func(i, n int) {
		o.packPairs(k, dst[i*count:][:width*count], width, first+i, n, x, lowest)
	})
}

// packPairStrips packs several whole panels of neighbouring lines, if they lie inside the storage.
func (o *operand[T]) packPairStrips(k *pairKernels[T], dst []uint32, width, panels, first int, x piece, lowest *lowestCodes) bool {
	base := o.offset + first + x.start*o.step
	across := (x.count - 1) * o.step
	if base+min(across, 0) < 0 || base+max(across, 0)+panels*width > o.size() {
		return false
	}
	high, low := o.pairStart(base, x)
	k.strips(&dst[0], panels, &o.half[high], &o.half[low], 2*o.step, x.count/2, (*[32]uint16)(lowest))
	return true
}

// pairStart returns where the first codes of a line are that go into the upper and into the lower half of a pair.
func (o *operand[T]) pairStart(base int, x piece) (high, low int) {
	if x.mode&modeOddFirst != 0 {
		return base + o.step, base
	}
	return base, base + o.step
}

// packPairs copies the pairs of a piece of lines first, ..., first+lines-1 to a panel: dst[q*width+i] is pair q of line
// first+i. Columns from lines to width are zero.
func (o *operand[T]) packPairs(k *pairKernels[T], dst []uint32, width, first, lines int, x piece, lowest *lowestCodes) {
	base := o.offset + first*o.line + x.start*o.step
	down, across := (lines-1)*o.line, (x.count-1)*o.step
	inside := base+min(down, 0)+min(across, 0) >= 0 && base+max(down, 0)+max(across, 0) < o.size()
	high, low := o.pairStart(base, x)
	switch {
	case !inside && !o.padded:
		panic("cpu: matrix view leaves its data")
	case inside && o.line == 1:
		k.lines(&dst[0], width, &o.half[high], &o.half[low], lines, 2*o.step, x.count/2, (*[32]uint16)(lowest))
	case inside && o.step == 1:
		rotate := 16
		if low < high {
			rotate = 0
		}
		clearColumns(dst, width, min(roundUp(lines, k.side), width))
		for i := 0; i < lines; i += k.side {
			k.transpose(&dst[i], width, min(k.side, width-i), &o.half[base+i*o.line], min(k.side, lines-i), o.line, x.count/2, rotate, (*[32]uint16)(lowest))
		}
	default:
		clear(dst)
		for i := range lines {
			for at := i; at < len(dst); at += width {
				q := at / width * 2 * o.step
				dst[at] = uint32(o.code(high+i*o.line+q, lowest))<<16 | uint32(o.code(low+i*o.line+q, lowest))
			}
		}
	}
}

// code returns the code at an index, or zero outside the storage.
func (o *operand[T]) code(at int, lowest *lowestCodes) uint16 {
	if at < 0 || at >= len(o.half) {
		return 0
	}
	lowest.take(o.half[at])
	return o.half[at]
}
