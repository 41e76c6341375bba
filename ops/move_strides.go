package ops

// MoveStrides returns how the result of a transpose, slice or broadcast_in_dim of the full shape reads its operand: element
// c of the result is the operand's element first + c.strides in flat order. It panics on any other parameters.
func MoveStrides(params any, in, full Shape) (first int, strides []int) {
	var whole piece
	switch params := params.(type) {
	case TransposeParams:
		whole = transposePiece(params, in, full)
	case SliceParams:
		whole = slicePiece(params, in, full)
	case BroadcastParams:
		whole = broadcastPiece(params, in, full)
	default:
		panic("ops: only transpose, slice and broadcast_in_dim read their operand by strides")
	}
	return whole.from, whole.fromStrides
}
