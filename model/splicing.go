package model

import (
	"math"

	"bf16lab/ops"
)

// generateSpliceSitePositions appends the candidates for splice sites: of the first four classes of probabilities [B, S, 5]
// each the k most probable positions in ascending order, then -1 in place of those below the threshold: int32 [B, 4, k].
func generateSpliceSitePositions(b *ops.Builder, probabilities *ops.Value, k int, threshold float64) *ops.Value {
	values, indices := b.ApproxTopK(sliceAxis(b, probabilities, 2, 0, 4), k, 1)
	if threshold <= 0 {
		return b.Transpose(b.Sort(indices, 1), 0, 2, 1)
	}
	unlikely := b.Lt(values, ops.Scalar(threshold))
	positions := b.ConvertElementType(indices, ops.Float32)
	positions = b.SelectN(unlikely, positions, full(b, math.Inf(1), ops.Float32, positions.Shape))
	positions = b.Sort(positions, 1)
	missing := b.Eq(positions, ops.Scalar(math.Inf(1)))
	positions = b.SelectN(missing, positions, full(b, -1, ops.Float32, positions.Shape))
	return b.ConvertElementType(b.Transpose(positions, 0, 2, 1), ops.Int32)
}
