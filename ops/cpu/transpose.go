package cpu

import "bf16lab/ops"

// transposeKernel transposes square blocks of a side that belongs to the kernel, neighbours in their source: value j of row i of
// block b goes from src[j*from + b*side + i] to dst[(b*side + i)*to + j].
type transposeKernel func(blocks int, dst, src *float32, to, from int)

// transposeChunk is the number of rows of a result that are written together: whole cache lines are read of each of the
// source's rows, and the rows that are written stay in the cache until their next columns come.
const transposeChunk = 32

// transpose carries out a transpose between tensors of one storage.
func (r *run) transpose(p ops.TransposeParams, out, in *ops.Tensor) {
	x, ok := ops.TransposePlanes(p, in.Shape, out.Shape)
	k := activeElementwise()
	if !ok || k.transpose == nil || in.F32 == nil || min(x.Rows, x.Columns) < k.side {
		const parts = 64
		parallel(r.Workers, parts, func(_, part int) { ops.TransposePart(p, out, in, part, parts) })
		return
	}
	transposePlanes(r.Workers, transposeChunk, x, out, 0, in)
}

// transposePlanes writes some planes of a transpose, from element first of the result on, so many rows at a time.
func transposePlanes(workers, rows int, x ops.Planes, out *ops.Tensor, first int, in *ops.Tensor) {
	k := activeElementwise()
	parallel(workers, ceilDiv(x.Rows, rows), func(_, chunk int) {
		lo, hi := chunk*rows, min((chunk+1)*rows, x.Rows)
		for plane := range x.Outer.Size() {
			to, from := first+ops.Offset(plane, x.Outer, x.OuterTo), ops.Offset(plane, x.Outer, x.OuterFrom)
			switch {
			case in.F32 != nil && k.transpose != nil && min(x.Rows, x.Columns) >= k.side:
				// Fewer rows than a block has are transposed with some of those before.
				k.transposeRows(out.F32[to:], in.F32[from:], x, min(lo, x.Rows-k.side), hi)
			case in.F32 != nil:
				transposeRows(out.F32[to:], in.F32[from:], x, lo, hi)
			case in.BF16 != nil:
				transposeRows(out.BF16[to:], in.BF16[from:], x, lo, hi)
			default:
				transposeRows(out.F64[to:], in.F64[from:], x, lo, hi)
			}
		}
	})
}

// transposeRows writes rows lo..hi-1 of a plane.
func transposeRows[T any](dst, src []T, x ops.Planes, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := dst[i*x.To:][:x.Columns]
		for j := range row {
			row[j] = src[i+j*x.From]
		}
	}
}

// transposeRows writes rows lo..hi-1, at least as many as a block has, of a plane that has as many columns at least. Blocks at the
// edges overlap the ones before.
func (k *elementwiseKernels) transposeRows(dst, src []float32, x ops.Planes, lo, hi int) {
	_, _ = dst[(hi-1)*x.To+x.Columns-1], src[hi-1+(x.Columns-1)*x.From]
	whole := (hi - lo) / k.side
	for j := 0; j < x.Columns; j += k.side {
		j := min(j, x.Columns-k.side)
		k.transpose(whole, &dst[lo*x.To+j], &src[lo+j*x.From], x.To, x.From)
		if last := hi - k.side; last > lo+(whole-1)*k.side {
			k.transpose(1, &dst[last*x.To+j], &src[last+j*x.From], x.To, x.From)
		}
	}
}
