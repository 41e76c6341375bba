package model

import (
	"math"
	"slices"

	"bf16lab/ops"
)

// sum appends jnp.sum(x, axes, dtype, keepdims=True); the additions are made in float32, as JAX does for half precision.
func sum(b *ops.Builder, x *ops.Value, dtype ops.DType, axes ...int) *ops.Value {
	y := b.ReduceSum(b.ConvertElementType(x, ops.Float32), axes...)
	return b.ConvertElementType(expandDims(b, y, axes...), dtype)
}

// mean appends jnp.mean(x, axes, keepdims=True) in float32, converted to dtype at the end.
func mean(b *ops.Builder, x *ops.Value, dtype ops.DType, axes ...int) *ops.Value {
	y := b.Div(sum(b, x, ops.Float32, axes...), ops.Scalar(count(x.Shape, axes)))
	return b.ConvertElementType(y, dtype)
}

// variance appends jnp.var(x, axes, keepdims=True): the mean squared deviation from the mean, in float32, converted to
// the type of x at the end. JAX guards against an empty sum with a select that never takes effect here.
func variance(b *ops.Builder, x *ops.Value, axes ...int) *ops.Value {
	wide := b.ConvertElementType(x, ops.Float32)
	centred := b.Square(b.Sub(wide, mean(b, wide, ops.Float32, axes...)))
	n := ops.Typed{Value: float64(count(x.Shape, axes)), DType: ops.Float32}
	freedom := b.Sub(n, ops.Typed{DType: ops.Float32})
	y := b.ConvertElementType(b.Div(sum(b, centred, ops.Float32, axes...), freedom), x.DType)
	positive := b.Gt(freedom, ops.Scalar(0))
	return b.SelectN(positive, full(b, math.NaN(), x.DType, y.Shape), y)
}

// count returns the number of elements along axes.
func count(shape ops.Shape, axes []int) int {
	n := 1
	for _, a := range axes {
		n *= shape[a]
	}
	return n
}

// softmax appends jax.nn.softmax along the last axis: exp(x - max) / sum(exp(x - max)).
func softmax(b *ops.Builder, x *ops.Value) *ops.Value {
	return b.Function("softmax", func() *ops.Value {
		last := len(x.Shape) - 1
		largest := b.Max(ops.Scalar(math.Inf(-1)), b.ReduceMax(x, last))
		largest = b.StopGradient(expandDims(b, largest, last))
		e := b.Exp(b.Sub(x, largest))
		return b.Div(e, sum(b, e, x.DType, last))
	})
}

// geluTanh appends jax.nn.gelu with approximate=True: x * 0.5 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x^3))).
func geluTanh(b *ops.Builder, x *ops.Value) *ops.Value {
	return b.Function("gelu_tanh", func() *ops.Value {
		inner := b.Add(x, b.Mul(ops.Scalar(0.044715), b.IntegerPow(x, 3)))
		t := b.Tanh(b.Mul(ops.Scalar(math.Sqrt(2/math.Pi)), inner))
		return b.Mul(x, b.Mul(ops.Scalar(0.5), b.Add(ops.Scalar(1), t)))
	})
}

// relu appends jax.nn.relu: max(x, 0).
func relu(b *ops.Builder, x *ops.Value) *ops.Value { return b.Max(x, ops.Scalar(0)) }

// softplus appends jax.nn.softplus, which is jnp.logaddexp(x, 0): max(x, 0) + log1p(exp(-|x|)), or x + 0 where x is NaN.
func softplus(b *ops.Builder, x *ops.Value) *ops.Value {
	return b.Function("softplus", func() *ops.Value {
		zero := ops.Scalar(0)
		largest := b.Max(x, zero)
		delta := b.Sub(x, zero)
		nan := b.Ne(delta, delta)
		plain := b.Add(x, zero)
		y := b.Add(largest, b.Log1p(b.Exp(b.Neg(b.Abs(delta)))))
		return b.SelectN(nan, y, plain)
	})
}

// geomspace appends jnp.geomspace(1, stop, n): n float32 numbers from 1 in constant ratio, the last one stop or, without
// endpoint, the one before it. JAX computes 10^linspace(log10(1), log10(stop)) and multiplies by the sign of the start;
// the two equations of linspace's step are never used.
func geomspace(b *ops.Builder, stop float64, n int, endpoint bool) *ops.Value {
	one := ops.Typed{Value: 1, DType: ops.Float32}
	sign := b.Sign(one)
	from := log10(b, b.Div(one, sign))
	to := log10(b, b.Div(ops.Typed{Value: stop, DType: ops.Float32}, sign))

	steps := n
	if endpoint {
		steps--
	}
	b.Div(b.Sub(to, from), ops.Scalar(steps))
	t := b.Div(b.Iota(ops.Float32, steps), ops.Scalar(steps))
	left := b.Mul(b.Reshape(from, 1), b.Sub(ops.Scalar(1), t))
	exponent := b.Add(left, b.Mul(b.Reshape(to, 1), t))
	if endpoint {
		exponent = b.Concatenate(0, exponent, b.BroadcastInDim(to, ops.Shape{1}))
	}
	return b.Mul(sign, b.Pow(ops.Scalar(10), exponent))
}

// log10 appends jnp.log10: log(x) times 1 / log(10).
func log10(b *ops.Builder, x *ops.Value) *ops.Value { return b.Mul(b.Log(x), ops.Scalar(1/math.Ln10)) }

// full appends jnp.full: one number in every element.
func full(b *ops.Builder, value float64, dtype ops.DType, shape ops.Shape) *ops.Value {
	return b.BroadcastInDim(ops.Typed{Value: value, DType: dtype}, shape)
}

// expandDims appends jnp.expand_dims: new axes of size 1 at the given positions of the result.
func expandDims(b *ops.Builder, x *ops.Value, axes ...int) *ops.Value {
	shape := make(ops.Shape, len(x.Shape)+len(axes))
	var from []int
	for i := range shape {
		if slices.Contains(axes, i) {
			shape[i] = 1
			continue
		}
		shape[i] = x.Shape[len(from)]
		from = append(from, i)
	}
	return b.BroadcastInDim(x, shape, from...)
}

// broadcastToRank appends jax.lax.broadcast_to_rank: leading axes of size 1.
func broadcastToRank(b *ops.Builder, x *ops.Value, rank int) *ops.Value {
	axes := make([]int, rank-len(x.Shape))
	for i := range axes {
		axes[i] = i
	}
	return expandDims(b, x, axes...)
}

// broadcastLike appends jnp.broadcast_to for a vector along the last axis of a shape.
func broadcastLike(b *ops.Builder, x *ops.Value, shape ops.Shape) *ops.Value {
	return b.BroadcastInDim(x, shape, len(shape)-1)
}

// repeat appends jnp.repeat: every element repeats times along an axis, side by side.
func repeat(b *ops.Builder, x *ops.Value, repeats, axis int) *ops.Value {
	wide := slices.Insert(slices.Clone(x.Shape), axis+1, repeats)
	var from []int
	for i := range wide {
		if i != axis+1 {
			from = append(from, i)
		}
	}
	y := b.BroadcastInDim(x, wide, from...)
	shape := slices.Clone(x.Shape)
	shape[axis] *= repeats
	return b.Reshape(y, shape...)
}

// sliceAxis appends x[start:limit] along an axis; all of it is x itself, as in JAX.
func sliceAxis(b *ops.Builder, x *ops.Value, axis, start, limit int) *ops.Value {
	if start == 0 && limit == x.Shape[axis] {
		return x
	}
	starts, limits := make([]int, len(x.Shape)), slices.Clone(x.Shape)
	starts[axis], limits[axis] = start, limit
	return b.Slice(x, starts, limits)
}

// every2nd appends x[..., start::2].
func every2nd(b *ops.Builder, x *ops.Value, start int) *ops.Value {
	last := len(x.Shape) - 1
	starts, strides := make([]int, len(x.Shape)), make([]int, len(x.Shape))
	for i := range strides {
		strides[i] = 1
	}
	starts[last], strides[last] = start, 2
	return b.StridedSlice(x, starts, slices.Clone(x.Shape), strides)
}

// indexAxis appends x[..., i, ...]: one entry along an axis, which goes away.
func indexAxis(b *ops.Builder, x *ops.Value, axis, i int) *ops.Value {
	return b.Squeeze(sliceAxis(b, x, axis, i, i+1), axis)
}

// wrap appends what indexing does to positions first: negative ones count from the end. The result has a last axis of
// size 1 for the one coordinate.
func wrap(b *ops.Builder, positions *ops.Value, size int) *ops.Value {
	negative := b.Lt(positions, ops.Scalar(0))
	positions = b.SelectN(negative, positions, b.Add(positions, ops.Scalar(size)))
	return expandDims(b, positions, len(positions.Shape))
}

// take appends x[index], rows of x at the positions index [B].
func take(b *ops.Builder, x, index *ops.Value) *ops.Value {
	return takeAxis(b, x, index, 0)
}

// takeAxis appends jnp indexing with an integer array [N] along an axis: the axis becomes N.
func takeAxis(b *ops.Builder, x, index *ops.Value, axis int) *ops.Value {
	var offset []int
	for i := range x.Shape {
		if i != axis {
			offset = append(offset, i)
		}
	}
	return b.Gather(x, wrap(b, index, x.Shape[axis]), axis, 0, offset, ops.PromiseInBounds)
}

// takeEach appends jax.vmap(jnp.take)(x, index): rows of x [B, S, D] at the positions index [B, P] of the same sequence:
// [B, P, D]. Positions outside give NaN.
func takeEach(b *ops.Builder, x, index *ops.Value) *ops.Value {
	var y *ops.Value
	b.Named("vmap()", func() {
		y = b.Gather(x, wrap(b, index, x.Shape[1]), 1, 1, []int{2}, ops.FillOrDrop)
	})
	return y
}
