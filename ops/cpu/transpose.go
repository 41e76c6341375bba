package cpu

import "bf16lab/ops"

// transposeKernel transposes square blocks of a side that belongs to the kernel, neighbours in their source: value j of row i of
// block b goes from src[j*from + b*side + i] to dst[(b*side + i)*to + j].
type transposeKernel func(blocks int, dst, src *float32, to, from int)

// transposeChunk is the number of rows of a result that are written together: whole cache lines are read of each of the
// source's rows, and the rows that are written stay in the second-level cache.
const transposeChunk = 64

// matrixTranspose sees a transpose as that of a matrix, whose transpose has the given rows and columns; ok is false where it is
// none: where more than the order of two groups of axes changes.
func matrixTranspose(p ops.TransposeParams, in ops.Shape) (rows, columns int, ok bool) {
	rows, columns = 1, 1
	var order []int
	for _, a := range p.Permutation {
		if in[a] != 1 {
			order = append(order, a)
		}
	}
	turned := false // whether the axes from the first on have begun
	for i, a := range order {
		if i > 0 && a < order[i-1] {
			if turned || a >= order[0] {
				return 0, 0, false
			}
			turned = true
		}
		if turned {
			columns *= in[a]
		} else {
			rows *= in[a]
		}
	}
	return rows, columns, turned && order[len(order)-1] < order[0]
}

// transpose carries out a transpose between tensors of one storage.
func (r *run) transpose(p ops.TransposeParams, out, in *ops.Tensor) {
	rows, columns, ok := matrixTranspose(p, in.Shape)
	k := activeElementwise()
	if !ok || k.transpose == nil || in.F32 == nil || min(rows, columns) < k.side {
		const parts = 64
		parallel(r.Workers, parts, func(_, part int) { ops.TransposePart(p, out, in, part, parts) })
		return
	}
	parallel(r.Workers, ceilDiv(rows, transposeChunk), func(_, chunk int) {
		// Fewer rows than a block has are transposed with some of those before.
		lo := min(chunk*transposeChunk, rows-k.side)
		k.transposeRows(out.F32, in.F32, rows, columns, lo, min((chunk+1)*transposeChunk, rows))
	})
}

// transposeRows computes rows lo..hi-1, at least as many as a block has, of the transpose dst of shape [rows, columns]. Blocks
// at the edges overlap the ones before.
func (k *elementwiseKernels) transposeRows(dst, src []float32, rows, columns, lo, hi int) {
	_, _ = dst[rows*columns-1], src[rows*columns-1]
	whole := (hi - lo) / k.side
	for j := 0; j < columns; j += k.side {
		j := min(j, columns-k.side)
		k.transpose(whole, &dst[lo*columns+j], &src[j*rows+lo], columns, rows)
		if last := hi - k.side; last > lo+(whole-1)*k.side {
			k.transpose(1, &dst[last*columns+j], &src[j*rows+last], columns, rows)
		}
	}
}
