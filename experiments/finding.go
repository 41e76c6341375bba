package experiments

import (
	"math"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// nearOverflow is how close to the largest finite number of its format a value has to come to be a near miss.
const nearOverflow = 16

// finding is what was seen of the results of one equation under one plan.
type finding struct {
	elements, nonFinite int64

	created    int64 // non-finite elements that were computed from finite ones
	createdAt  int64
	value      float64 // the first of these, and one number of each operand there
	operands   []float64
	largest    float64 // largest finite magnitude
	near       int64   // finite elements within a factor of overflow
	nearAt     int64   // where the largest magnitude is
	lost       int64   // elements that are zero although the exact result is not
	lostMost   float64 // largest magnitude of these exact results
	lostAt     int64
	cancelled  int64 // sums that lost half of their significant bits or more
	bits       int   // most bits lost
	cancelAt   int64
	low, high  float64 // range of the argument that functions and divisions are sensitive to; low > high if there is none
	argumentOK bool
}

// merge adds what was seen of other elements. The outcome does not depend on the order.
func (f *finding) merge(o *finding) {
	f.elements += o.elements
	f.nonFinite += o.nonFinite
	if o.created > 0 && (f.created == 0 || o.createdAt < f.createdAt) {
		f.createdAt, f.value, f.operands = o.createdAt, o.value, o.operands
	}
	f.created += o.created
	if o.largest > f.largest || o.largest == f.largest && o.nearAt < f.nearAt {
		f.largest, f.nearAt = o.largest, o.nearAt
	}
	f.near += o.near
	if o.lost > 0 && (f.lost == 0 || o.lostMost > f.lostMost || o.lostMost == f.lostMost && o.lostAt < f.lostAt) {
		f.lostMost, f.lostAt = o.lostMost, o.lostAt
	}
	f.lost += o.lost
	if o.cancelled > 0 && (f.cancelled == 0 || o.bits > f.bits || o.bits == f.bits && o.cancelAt < f.cancelAt) {
		f.bits, f.cancelAt = o.bits, o.cancelAt
	}
	f.cancelled += o.cancelled
	switch {
	case !o.argumentOK:
	case !f.argumentOK:
		f.low, f.high, f.argumentOK = o.low, o.high, true
	default:
		f.low, f.high = min(f.low, o.low), max(f.high, o.high)
	}
}

// scan counts elements that are not finite or close to the limit, and tells whether there are zeros.
func (f *finding) scan(result []float64, limit float64, offset int64) (zeros bool) {
	near := limit / nearOverflow
	for k, x := range result {
		m := math.Abs(x)
		switch {
		case x-x != 0:
			f.nonFinite++
			continue
		case m == 0:
			zeros = true
		case m >= near:
			f.near++
		}
		if m > f.largest {
			f.largest, f.nearAt = m, offset+int64(k)
		}
	}
	return zeros
}

// findCreated counts the non-finite elements that were computed from finite ones.
func (f *finding) findCreated(result []float64, offset int64, fed feeding) {
	for k, x := range result {
		at := int(offset) + k
		if x-x == 0 || !fed.finite(at) {
			continue
		}
		if f.created == 0 {
			f.createdAt, f.value, f.operands = int64(at), x, fed.operands(at)
		}
		f.created++
	}
}

// findRange notes the range of the argument of functions that overflow or are not defined somewhere: of the magnitude of a
// divisor, or of the operand.
func (f *finding) findRange(c *inspectedChunk, n *ops.Node, np *ops.NodePlan, offset int64, operands []*ops.Tensor) {
	at, magnitude := 0, false
	switch n.Primitive {
	case ops.DivPrimitive:
		at, magnitude = 1, true
	case ops.ExpPrimitive, ops.LogPrimitive, ops.Log1pPrimitive, ops.RsqrtPrimitive, ops.SqrtPrimitive, ops.PowPrimitive:
	default:
		return
	}
	for _, x := range c.operand(at, n, np, offset, operands) {
		if magnitude {
			x = math.Abs(x)
		}
		switch {
		case x != x:
		case !f.argumentOK:
			f.low, f.high, f.argumentOK = x, x, true
		default:
			f.low, f.high = min(f.low, x), max(f.high, x)
		}
	}
}

// findLost counts zeros that stand for a number below the smallest one that the format or the arithmetic keeps.
func (f *finding) findLost(c *inspectedChunk, n *ops.Node, np *ops.NodePlan, offset int64, operands []*ops.Tensor) {
	exact := exactResult[n.Primitive]
	if exact == nil || !n.In[0].DType.IsFloat() {
		return
	}
	x := c.operand(0, n, np, offset, operands)
	y := x
	if len(n.In) > 1 {
		y = c.operand(1, n, np, offset, operands)
	}
	for k, r := range c.result {
		if r != 0 {
			continue
		}
		m := math.Abs(exact(x[k], y[k]))
		if !(m > 0) {
			continue
		}
		if f.lost == 0 || m > f.lostMost {
			f.lostMost, f.lostAt = m, offset+int64(k)
		}
		f.lost++
	}
}

// exactResult holds the primitives whose zeros are looked at, as they would be without a smallest number.
var exactResult = map[ops.Primitive]func(x, y float64) float64{
	ops.MulPrimitive:                func(x, y float64) float64 { return x * y },
	ops.DivPrimitive:                func(x, y float64) float64 { return x / y },
	ops.SquarePrimitive:             func(x, _ float64) float64 { return x * x },
	ops.ConvertElementTypePrimitive: func(x, _ float64) float64 { return x },
	ops.ExpPrimitive:                func(x, _ float64) float64 { return math.Exp(x) },
	ops.LogisticPrimitive:           func(x, _ float64) float64 { return math.Exp(x) / (1 + math.Exp(x)) },
}

// findCancelled counts sums and differences whose result is so much smaller than their larger operand that half of the
// significant bits of its format, or more, are gone. A result of zero is the difference of equal numbers.
func (f *finding) findCancelled(c *inspectedChunk, n *ops.Node, np *ops.NodePlan, offset int64, operands []*ops.Tensor) {
	x, y := c.operand(0, n, np, offset, operands), c.operand(1, n, np, offset, operands)
	enough := (significantBits(np.Output) + 1) / 2
	for k, r := range c.result {
		if r == 0 || r-r != 0 {
			continue
		}
		lost := exponentOf(max(math.Abs(x[k]), math.Abs(y[k]))) - exponentOf(r)
		if lost < enough {
			continue
		}
		if f.cancelled == 0 || lost > f.bits {
			f.bits, f.cancelAt = lost, offset+int64(k)
		}
		f.cancelled++
	}
}

func significantBits(f bf16.Format) int { return f.MantissaBits + 1 }

// exponentOf returns the exponent of a finite number as its bits have it.
func exponentOf(x float64) int { return int(math.Float64bits(x)>>52&0x7ff) - 1023 }
