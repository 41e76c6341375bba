package ops

import "unsafe"

// piece is a strided copy: the elements at coordinates c of shape go from source offset From + c.FromStrides to
// destination offset To + c.ToStrides. Every primitive that only moves data is a list of pieces.
type piece struct {
	shape                  Shape
	from, to               int
	fromStrides, toStrides []int
}

// move carries out the pieces between tensors of one storage.
func move(dst, src *Tensor, pieces ...piece) {
	switch {
	case dst.F32 != nil:
		moveAll(bits(dst.F32), bits(src.F32), pieces)
	case dst.I32 != nil:
		moveAll(dst.I32, src.I32, pieces)
	case dst.F64 != nil:
		moveAll(dst.F64, src.F64, pieces)
	case dst.BF16 != nil:
		moveAll(dst.BF16, src.BF16, pieces)
	case dst.Bool != nil:
		moveAll(dst.Bool, src.Bool, pieces)
	}
}

// bits views float32 as int32, so that NaN payloads are copied as they are on every platform.
func bits(x []float32) []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

func moveAll[T any](dst, src []T, pieces []piece) {
	for _, p := range pieces {
		if p.shape.Size() == 0 {
			continue
		}
		p = p.collapse().blocked()
		copyStrided(dst[p.to:], src[p.from:], p.shape, p.toStrides, p.fromStrides)
	}
}

// collapse merges neighbouring axes that are contiguous on both sides and drops axes of size 1.
func (p piece) collapse() piece {
	out := piece{from: p.from, to: p.to}
	for i, d := range p.shape {
		if d == 1 {
			continue
		}
		n := len(out.shape)
		if n > 0 && out.fromStrides[n-1] == d*p.fromStrides[i] && out.toStrides[n-1] == d*p.toStrides[i] {
			out.shape[n-1] *= d
			out.fromStrides[n-1], out.toStrides[n-1] = p.fromStrides[i], p.toStrides[i]
			continue
		}
		out.shape = append(out.shape, d)
		out.fromStrides = append(out.fromStrides, p.fromStrides[i])
		out.toStrides = append(out.toStrides, p.toStrides[i])
	}
	return out
}

// blocked moves the axis along which the source is contiguous next to the last one, along which the destination is, so that
// both can be walked in square blocks.
func (p piece) blocked() piece {
	last := len(p.shape) - 1
	for i := 0; i < last-1; i++ {
		if p.fromStrides[i] == 1 && p.toStrides[last] == 1 {
			for ; i < last-1; i++ {
				p.shape[i], p.shape[i+1] = p.shape[i+1], p.shape[i]
				p.fromStrides[i], p.fromStrides[i+1] = p.fromStrides[i+1], p.fromStrides[i]
				p.toStrides[i], p.toStrides[i+1] = p.toStrides[i+1], p.toStrides[i]
			}
		}
	}
	return p
}

// part returns the part-th of parts pieces that together are p, cut along the first axis.
func (p piece) part(part, parts int) piece {
	if len(p.shape) == 0 {
		// A single element belongs to the first part.
		p.shape, p.fromStrides, p.toStrides = Shape{1}, []int{0}, []int{0}
	}
	lo, hi := part*p.shape[0]/parts, (part+1)*p.shape[0]/parts
	p.from += lo * p.fromStrides[0]
	p.to += lo * p.toStrides[0]
	p.shape = append(Shape{hi - lo}, p.shape[1:]...)
	return p
}

func copyStrided[T any](dst, src []T, shape Shape, to, from []int) {
	switch len(shape) {
	case 0:
		dst[0] = src[0]
		return
	case 1:
		copyRun(dst, src, shape[0], to[0], from[0])
		return
	case 2:
		if to[1] == 1 && from[0] == 1 && from[1] > 1 {
			transposeBlocks(dst, src, shape[0], shape[1], to[0], from[1])
			return
		}
	}
	for i := range shape[0] {
		copyStrided(dst[i*to[0]:], src[i*from[0]:], shape[1:], to[1:], from[1:])
	}
}

func copyRun[T any](dst, src []T, n, to, from int) {
	switch {
	case n == 0:
	case to == 1 && from == 1:
		copy(dst[:n], src[:n])
	case to == 1 && from == 0:
		v := src[0]
		dst = dst[:n]
		for i := range dst {
			dst[i] = v
		}
	default:
		for i, d, s := 0, 0, 0; i < n; i, d, s = i+1, d+to, s+from {
			dst[d] = src[s]
		}
	}
}

// transposeBlocks writes dst[i*to + j] = src[i + j*from] in square blocks, so that the cache lines of both sides are used
// whole.
func transposeBlocks[T any](dst, src []T, rows, columns, to, from int) {
	const block = 16
	for i0 := 0; i0 < rows; i0 += block {
		for j0 := 0; j0 < columns; j0 += block {
			for i := i0; i < min(i0+block, rows); i++ {
				d := dst[i*to:]
				for j := j0; j < min(j0+block, columns); j++ {
					d[j] = src[i+j*from]
				}
			}
		}
	}
}

// CopyStrided copies src, read with the given strides, into the dense tensor dst of the same storage.
func CopyStrided(dst, src *Tensor, strides []int) {
	move(dst, src, piece{shape: dst.Shape, fromStrides: strides, toStrides: dst.Shape.Strides()})
}

// TransposePart carries out one of several parts of a transpose, so that it can be spread over goroutines. Together the
// parts write every element once.
func TransposePart(params TransposeParams, out, in *Tensor, part, parts int) {
	move(out, in, transposePiece(params, in.Shape, out.Shape).collapse().blocked().part(part, parts))
}

// Planes is a transpose seen as transposes of matrices, one for every place along some outer axes: element (i, j) of the
// result's matrix at coordinates c lies at c.OuterTo + i*To + j of the result, and at c.OuterFrom + i + j*From of the operand.
type Planes struct {
	Outer              Shape
	OuterTo, OuterFrom []int
	Rows, Columns      int
	To, From           int
}

// TransposePlanes returns the matrices of a transpose of the given shapes; ok is false where it leaves the last axis in place, or
// moves nothing.
func TransposePlanes(params TransposeParams, in, out Shape) (x Planes, ok bool) {
	p := transposePiece(params, in, out).collapse().blocked()
	n := len(p.shape)
	if out.Size() == 0 || n < 2 || p.toStrides[n-1] != 1 || p.fromStrides[n-2] != 1 {
		return x, false
	}
	return Planes{
		Outer: p.shape[:n-2], OuterTo: p.toStrides[:n-2], OuterFrom: p.fromStrides[:n-2],
		Rows: p.shape[n-2], Columns: p.shape[n-1], To: p.toStrides[n-2], From: p.fromStrides[n-1],
	}, true
}
