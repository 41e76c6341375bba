package ops

import (
	"fmt"

	"bf16lab/bf16"
)

// definition computes the results of a primitive from its operands. Floating-point operands and results are in F32 or F64
// (all of one kind), except that primitives that only move data take every storage. Results are not yet rounded to the
// output format, unless the primitive rounds inside.
type definition func(c *Context, out, in []*Tensor)

// definitions holds the plain Go definition of every primitive.
var definitions map[Primitive]definition

func init() {
	// Filled in here and not in the declaration because some definitions use others through Evaluate.
	definitions = map[Primitive]definition{
		AbsPrimitive: evaluateAbs, AddPrimitive: evaluateAdd, AndPrimitive: evaluateAnd, ApproxTopKPrimitive: evaluateApproxTopK,
		BroadcastInDimPrimitive: evaluateBroadcastInDim, ConcatenatePrimitive: evaluateConcatenate,
		ConvGeneralDilatedPrimitive: evaluateConvGeneralDilated, ConvertElementTypePrimitive: evaluateConvertElementType,
		CosPrimitive: evaluateCos, DivPrimitive: evaluateDiv, DotGeneralPrimitive: evaluateDotGeneral, EqPrimitive: evaluateEq,
		ExpPrimitive: evaluateExp, GatherPrimitive: evaluateGather, GePrimitive: evaluateGe, GtPrimitive: evaluateGt,
		IntegerPowPrimitive: evaluateIntegerPow, IotaPrimitive: evaluateIota, LogPrimitive: evaluateLog, Log1pPrimitive: evaluateLog1p,
		LogisticPrimitive: evaluateLogistic, LtPrimitive: evaluateLt, MaxPrimitive: evaluateMax, MinPrimitive: evaluateMin,
		MulPrimitive: evaluateMul, NePrimitive: evaluateNe, NegPrimitive: evaluateNeg, PadPrimitive: evaluatePad, PowPrimitive: evaluatePow,
		ReduceMaxPrimitive: evaluateReduceMax, ReduceSumPrimitive: evaluateReduceSum,
		ReduceWindowMaxPrimitive: evaluateReduceWindowMax, ReduceWindowSumPrimitive: evaluateReduceWindowSum,
		ReshapePrimitive: evaluateReshape, RsqrtPrimitive: evaluateRsqrt, SelectNPrimitive: evaluateSelectN, SignPrimitive: evaluateSign,
		SinPrimitive: evaluateSin, SlicePrimitive: evaluateSlice, SortPrimitive: evaluateSort, SqrtPrimitive: evaluateSqrt,
		SquarePrimitive: evaluateSquare, SqueezePrimitive: evaluateReshape, StackPrimitive: evaluateStack,
		StopGradientPrimitive: evaluateReshape, SubPrimitive: evaluateSub, TanhPrimitive: evaluateTanh, TransposePrimitive: evaluateTranspose,
	}
}

// Primitives returns the names of all primitives that have a definition.
func Primitives() []Primitive {
	names := make([]Primitive, 0, len(definitions))
	for p := range definitions {
		names = append(names, p)
	}
	return names
}

// Evaluate computes the results of a primitive by its plain Go definition and rounds them as the plan says.
//
// in holds one tensor per operand (a literal is a tensor of shape []), already rounded to the plan's operand formats; out
// holds tensors of the result shapes. It panics on a primitive without a definition.
func Evaluate(p Primitive, c *Context, out, in []*Tensor) {
	define := definitions[p]
	if define == nil {
		panic(fmt.Sprintf("ops: primitive %s has no definition", p))
	}
	flushes := c.Plan.Flush && p.Flushes()
	if flushes {
		for i, t := range in {
			if c.Plan.FlushOperands[min(i, len(c.Plan.FlushOperands)-1)] {
				in[i] = flushed(t)
			}
		}
	}
	define(c, out, in)
	for _, t := range out {
		if flushes {
			Flush(t)
		}
		if c.Plan.Round {
			RoundTo(c.Plan.Output, t)
		}
	}
}

// arithmetic holds the primitives whose subnormal operands and results XLA flushes; moving data, comparing and converting
// keep them.
var arithmetic = map[Primitive]bool{
	AddPrimitive: true, SubPrimitive: true, MulPrimitive: true, DivPrimitive: true, SquarePrimitive: true, IntegerPowPrimitive: true,
	PowPrimitive: true, ReduceSumPrimitive: true, ReduceWindowSumPrimitive: true, DotGeneralPrimitive: true,
	ConvGeneralDilatedPrimitive: true,
}

// Flushes tells whether XLA flushes subnormal operands and results of a primitive. Elementary functions flush by
// themselves, as their set of functions defines.
func (p Primitive) Flushes() bool { return arithmetic[p] }

// Moves tells whether the results of a primitive are always among its operands, so that rounding them to the operands'
// format changes nothing.
func (p Primitive) Moves() bool { return moving[p] || selecting[p] }

// OnlyMoves tells whether a primitive copies elements without looking at them.
func (p Primitive) OnlyMoves() bool { return moving[p] }

var moving = map[Primitive]bool{
	BroadcastInDimPrimitive: true, ReshapePrimitive: true, SqueezePrimitive: true, TransposePrimitive: true, SlicePrimitive: true,
	PadPrimitive: true, ConcatenatePrimitive: true, StackPrimitive: true, GatherPrimitive: true, SelectNPrimitive: true,
	StopGradientPrimitive: true,
}

var selecting = map[Primitive]bool{
	ReduceMaxPrimitive: true, ReduceWindowMaxPrimitive: true, SortPrimitive: true, ApproxTopKPrimitive: true, MaxPrimitive: true,
	MinPrimitive: true, NegPrimitive: true, AbsPrimitive: true, SignPrimitive: true,
}

// RoundTo rounds the floating-point elements of t to a format, to nearest even; the zero format leaves them.
func RoundTo(f bf16.Format, t *Tensor) {
	switch {
	case f == (bf16.Format{}):
	case t.F32 != nil && f != bf16.Float32 && f != bf16.Float64:
		f.RoundSlice(t.F32, t.F32)
	case t.F64 != nil && f != bf16.Float64:
		for i, v := range t.F64 {
			t.F64[i] = f.Round64(v)
		}
	}
}
