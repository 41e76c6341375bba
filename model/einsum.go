package model

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/ops"
)

// halfPrecisionDot is the precision that the official code asks for in attention: bfloat16 operands, float32 sums.
const halfPrecisionDot = "BF16_BF16_F32"

// einsum appends jnp.einsum of two operands under its name in JAX's name stack, which is the specification itself.
//
// The equations are those of JAX: labels that occur in one operand only are summed away first; then comes one dot_general,
// with the operands exchanged unless its axes are already in the order of the result; then a transpose where the
// axes still have another order. dtype is that of the result ([ops.Compute] or [ops.Float32]).
func einsum(b *ops.Builder, spec string, x, y *ops.Value, dtype ops.DType, precision string) *ops.Value {
	left, right, result := labels(spec, len(x.Shape), len(y.Shape))
	var z *ops.Value
	b.Named(spec, func() {
		x, left = sumUnique(b, x, left, right+result, dtype)
		y, right = sumUnique(b, y, right, left+result, dtype)
		order, params := contraction(left, right, result)
		if order != result {
			x, y = y, x
			order, params = contraction(right, left, result)
		}
		params.Precision = precision
		z = b.DotGeneral(x, y, params, dtype)
		if order != result {
			permutation := make([]int, len(result))
			for i := range result {
				permutation[i] = strings.IndexByte(order, result[i])
			}
			z = b.Transpose(z, permutation...)
		}
	})
	return z
}

// labels splits a specification such as b...i,bij->b...j into one letter per axis; an ellipsis becomes capitals from the
// end of the alphabet, as many as the operand of that rank needs.
func labels(spec string, leftRank, rightRank int) (left, right, result string) {
	in, result, ok := strings.Cut(spec, "->")
	left, right, ok2 := strings.Cut(in, ",")
	if !ok || !ok2 {
		panic(fmt.Sprintf("model: einsum of %q", spec))
	}
	const ellipsis, letters = "...", "ZYXWV"
	for _, side := range []struct {
		labels *string
		rank   int
	}{{&left, leftRank}, {&right, rightRank}} {
		if strings.Contains(*side.labels, ellipsis) {
			n := side.rank - (len(*side.labels) - len(ellipsis))
			if n < 0 || n > len(letters) {
				panic(fmt.Sprintf("model: einsum of %q: operand of rank %d", spec, side.rank))
			}
			*side.labels = strings.Replace(*side.labels, ellipsis, letters[:n], 1)
			result = strings.Replace(result, ellipsis, letters[:n], 1)
		}
		if len(*side.labels) != side.rank {
			panic(fmt.Sprintf("model: einsum of %q: operand of rank %d", spec, side.rank))
		}
	}
	return left, right, result
}

// sumUnique sums x over the axes whose label occurs nowhere else and returns the labels that remain.
func sumUnique(b *ops.Builder, x *ops.Value, own, others string, dtype ops.DType) (*ops.Value, string) {
	var axes []int
	var rest []byte
	for i := range own {
		if strings.IndexByte(others, own[i]) < 0 {
			axes = append(axes, i)
			continue
		}
		rest = append(rest, own[i])
	}
	if len(axes) == 0 {
		return x, own
	}
	x = b.ReduceSum(b.ConvertElementType(x, ops.Float32), axes...)
	return b.ConvertElementType(x, dtype), string(rest)
}

// contraction returns the axes of the dot_general of two labelled operands and the labels of its result: batch axes, free
// axes of the left operand, free axes of the right one.
func contraction(left, right, result string) (string, ops.DotParams) {
	var p ops.DotParams
	var batch, free []byte
	for i := range left {
		j := strings.IndexByte(right, left[i])
		switch {
		case j < 0:
			free = append(free, left[i])
		case strings.IndexByte(result, left[i]) >= 0:
			batch = append(batch, left[i])
			p.LeftBatch, p.RightBatch = append(p.LeftBatch, i), append(p.RightBatch, j)
		default:
			p.LeftContracting, p.RightContracting = append(p.LeftContracting, i), append(p.RightContracting, j)
		}
	}
	for j := range right {
		if !slices.Contains(p.RightBatch, j) && !slices.Contains(p.RightContracting, j) {
			free = append(free, right[j])
		}
	}
	return string(batch) + string(free), p
}
