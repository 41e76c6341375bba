package cpu

import (
	"slices"
	"testing"
	"unsafe"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/elementary"
	"bf16lab/ops/opstest"
)

// The kernels of a norm and a lookup give what the two kernels give one after the other.
func TestNormLookupKernel(t *testing.T) {
	x := interesting()
	eachKernel(t, func(t *testing.T) {
		k := activeElementwise()
		if k.normSingleLookup == nil {
			return
		}
		values := randomTable(33)
		ring, intact := guardedRing()
		for _, mode := range []int{0, modeFlush, modeFlush | modeFlushLeft} {
			for _, c := range []struct{ width, rows int }{{32, 1}, {32, 7}, {32, 8}, {32, 9}, {32, len(x) / 32}, {96, 5}, {96, len(x) / 96}, {1 << 14, len(x) >> 14}} {
				n := c.rows * c.width
				operand, _ := operandOf(x[:n], true)
				rows := rowsOfNorm(x, c.width).forCodes()
				sums, want := make([]uint16, n), make([]uint16, n)
				k.scaleOffsetCodes.run(mode, sums, operand.half, rows)
				k.lookup.run(false, want, sums, values, nil)
				for name, f := range map[string]normLookupKernel{"single": k.normSingleLookup, "gather": k.normGatherLookup} {
					if f == nil {
						continue
					}
					for _, past := range []bool{false, true} {
						got := fromLine(n+1, 0)
						f.run(mode, past, got[:n], operand.half, rows, values, nil, ring)
						if !slices.Equal(got[:n], want) {
							t.Fatalf("%s, mode %d, %+v, past caches %v: other codes than of the two kernels", name, mode, c, past)
						}
						if got[n] != 0 || !intact() {
							t.Fatalf("%s, mode %d, %+v, past caches %v: wrote elsewhere", name, mode, c, past)
						}
					}
				}
			}
		}
	})
}

// guardedRing returns a ring, and what tells whether the memory around it is as it was.
func guardedRing() (ring *byte, intact func() bool) {
	const before = 2 * ringBytes
	all := unsafe.Slice((*byte)(unsafe.Pointer(&fromLine(8*ringBytes, 0)[0])), 8*ringBytes)
	all = all[-uintptr(unsafe.Pointer(&all[0]))%before:]
	written := func(b byte) bool { return b != 0 }
	return &all[before], func() bool {
		return !slices.ContainsFunc(all[:before], written) && !slices.ContainsFunc(all[before+ringBytes:before+3*ringBytes], written)
	}
}

// setGathering decides which kernel norms with lookups take until the test ends.
func setGathering(t *testing.T, faster bool) {
	activeElementwise().normLookup()
	before := gatheringNorms.faster
	gatheringNorms.faster = faster
	t.Cleanup(func() { gatheringNorms.faster = before })
}

// loadRounded is load with values of bfloat16.
func loadRounded(v *ops.Value) *ops.Tensor {
	x := load(v)
	ops.RoundTo(bf16.BFloat16, x)
	return x
}

// A norm and the table after it are carried out together, by gathering or single loads, where the rows have whole lines and nobody
// else wants what is between them; the bits are those of the definition either way.
func TestNormsAreFusedWithTables(t *testing.T) {
	lowerLimits(t)
	if activeElementwise().normLookup() == nil {
		t.Skip("this build or processor has no kernel for norms and lookups")
	}
	for _, c := range []struct {
		width                       int
		gathering, watched, another bool
		together                    bool
	}{{64, true, false, false, true}, {64, false, false, false, true}, {64, true, true, false, false}, {64, true, false, true, false}, {33, true, false, false, false}} {
		setGathering(t, c.gathering)
		b := ops.NewBuilder()
		x := b.Neg(b.Argument("x", ops.Compute, 40, c.width))
		sum := b.Add(b.Mul(x, b.Argument("scale", ops.Compute, 1, c.width)), b.Argument("offset", ops.Compute, 1, c.width))
		var other *ops.Value
		if c.another {
			other = b.Add(sum, b.Argument("other", ops.Compute, 40, c.width))
		}
		y := b.Mul(b.Logistic(b.Mul(sum, ops.Scalar(1.5))), sum)
		if c.another {
			y = b.Add(other, y)
		}
		plan := formatPlan(b.Graph(), bf16.BFloat16)
		for i := range plan.Nodes {
			plan.Nodes[i].Functions, plan.Nodes[i].Flush = elementary.XLACPU.Name, true
		}
		watched := []*ops.Value{y}
		if c.watched {
			watched = append(watched, sum)
		}
		together := false
		for _, st := range tileSteps(t, Compile(b.Graph(), []*ops.Plan{plan}, watched), loadRounded) {
			together = together || st.norm != nil && st.table != nil && !st.fused
		}
		if together != c.together {
			t.Errorf("%+v: together %v", c, together)
		}
		got := opstest.Collect(t, lockStep(2), opstest.Case{Graph: b.Graph(), Plans: []*ops.Plan{plan}, Load: loadRounded}, watched)
		kept := opstest.Kept(b.Graph(), plan, loadRounded)
		for k, v := range watched {
			for i, bits := range got[k][0] {
				if w := opstest.Bits(kept[v.ID], i); bits != w && !opstest.BothNaN(bits, w) {
					t.Fatalf("%+v: element %d of value %d is %#x, want %#x", c, i, k, bits, w)
				}
			}
		}
	}
}
