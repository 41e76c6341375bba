package ops

// MoveRows carries out a primitive that only moves data for some rows of its result: the first axes axes of the result's
// full shape make the rows, out holds rows lo..hi-1, in is the whole operand. It serves transpose, slice and
// broadcast_in_dim, and panics on any other primitive.
func MoveRows(p Primitive, params any, out, in *Tensor, full Shape, axes, lo, hi int) {
	var whole piece
	switch params := params.(type) {
	case TransposeParams:
		whole = transposePiece(params, in.Shape, full)
	case SliceParams:
		whole = slicePiece(params, in.Shape, full)
	case BroadcastParams:
		whole = broadcastPiece(params, in.Shape, full)
	default:
		panic("ops: " + string(p) + " cannot be carried out by rows")
	}
	size, last, stride := full[axes:].Size(), 1, 0
	if axes > 0 {
		last, stride = full[axes-1], whole.fromStrides[axes-1]
	}
	for row := lo; row < hi; {
		// Rows along the last of the row axes are moved together.
		n := min(hi-row, last-row%last)
		move(out, in, piece{
			shape:       append(Shape{n}, full[axes:]...),
			fromStrides: append([]int{stride}, whole.fromStrides[axes:]...), toStrides: append([]int{size}, whole.toStrides[axes:]...),
			from: whole.from + Offset(row, full[:axes], whole.fromStrides), to: (row - lo) * size,
		})
		row += n
	}
}
