package cpu

// lineBytes is the size of a cache line.
const lineBytes = 64

// codesAtOnce is what the number of codes is a multiple of that kernels for codes compute: those of a line.
const codesAtOnce = lineBytes / 2

// codesKernel computes x * scale + offset from codes to codes for a number of rows of n codes each, both above zero and n a multiple
// of codesAtOnce, as two equations do; with modeFlush results are flushed, with modeFlushLeft x first. Of every codesAtOnce floats of
// scale and offset the first half belongs to the codes with even numbers, the second half to the others.
type codesKernel func(mode, rows, n int, dst, x *uint16, scale, offset *float32)

// codesRows are the rows of a norm as a codesKernel reads them, continued with zeros.
type codesRows struct {
	scale, offset []float32
	width         int
}

func (n *scaleOffset) forCodes() *codesRows {
	return &codesRows{inHalves(n.scale), inHalves(n.offset), len(n.scale)}
}

// inHalves lays out a row as a codesKernel reads it.
func inHalves(row []float32) []float32 {
	out := make([]float32, (len(row)+codesAtOnce-1)&^(codesAtOnce-1))
	for i, v := range row {
		out[i&^(codesAtOnce-1)+i%2*(codesAtOnce/2)+i%codesAtOnce/2] = v
	}
	return out
}

// run calls the kernel for rows of any number of codes.
func (f codesKernel) run(mode int, dst, x []uint16, rows *codesRows) {
	width := rows.width
	if width%codesAtOnce == 0 {
		if len(x) > 0 {
			dst = dst[:len(x)]
			f(mode, len(x)/width, width, &dst[0], &x[0], &rows.scale[0], &rows.offset[0])
		}
		return
	}
	whole := width &^ (codesAtOnce - 1)
	for at := 0; at < len(x); at += width {
		to, from := dst[at:at+width], x[at:at+width]
		if whole > 0 {
			f(mode, 1, whole, &to[0], &from[0], &rows.scale[0], &rows.offset[0])
		}
		var rest [codesAtOnce]uint16
		copy(rest[:], from[whole:])
		f(mode, 1, codesAtOnce, &rest[0], &rest[0], &rows.scale[whole], &rows.offset[whole])
		copy(to[whole:], rest[:])
	}
}
