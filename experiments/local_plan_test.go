package experiments

import (
	"context"
	"fmt"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/ops/opstest"
	"bf16lab/policy"
)

// localCase returns the small model under a reference, every other preset, and for each of these the plan on the reference's
// values, which stand behind the others.
func localCase(t *testing.T, reference string, cut func(*ops.Graph) policy.Pieces) (c opstest.Case, policies int) {
	t.Helper()
	c = miniature(t)
	var first *ops.Plan
	others := []*ops.Plan{}
	for _, p := range c.Plans {
		if p.Name == reference {
			first = p
		} else {
			others = append(others, p)
		}
	}
	c.Plans = append([]*ops.Plan{first}, others...)
	for _, p := range others {
		c.Plans = append(c.Plans, policy.Local(c.Graph, p, first, cut(c.Graph)))
	}
	return c, len(others)
}

// alone carries out each piece by itself: its equations in order under the policy's own plan, on the reference's values,
// each rounded by hand to the format that the policy keeps it in. It returns every value as a probe sees it.
func alone(g *ops.Graph, plan *ops.Plan, pieces policy.Pieces, reference []*ops.Tensor, load func(*ops.Value) *ops.Tensor) []*ops.Tensor {
	values, kept := make([]*ops.Tensor, g.NumValues()), make([]bf16.Format, g.NumValues())
	for _, v := range g.Inputs {
		values[v.ID] = load(v)
	}
	for _, n := range g.Nodes {
		np := &plan.Nodes[n.Index]
		in, entered := make([]*ops.Tensor, len(n.In)), make([]bool, len(n.In))
		for i, o := range n.In {
			switch {
			case o.Value == nil:
				in[i] = ops.LiteralTensor(o, np)
				continue
			case o.Value.Node == nil || pieces[o.Value.Node.Index] == pieces[n.Index]:
				in[i] = values[o.Value.ID]
			default:
				entered[i] = true
				in[i] = reference[o.Value.ID]
				if exact := plan.Nodes[o.Value.Node.Index].Exact && int(np.Fused) == i+1; !exact {
					in[i] = castByHand(in[i], kept[o.Value.ID])
				}
			}
			if !np.Alias {
				in[i] = stored(in[i], np.Operand(i, o.DType))
				ops.RoundTo(np.Operands[min(i, 2)], in[i])
			}
			// Values of a reference that keeps subnormal numbers are flushed where arithmetic reads them.
			if product := n.Primitive == ops.DotGeneralPrimitive || n.Primitive == ops.ConvGeneralDilatedPrimitive; entered[i] && np.Flush && !product {
				ops.Flush(in[i])
			}
		}
		out := make([]*ops.Tensor, len(n.Out))
		for i, v := range n.Out {
			kept[v.ID] = np.Output
			if np.Alias {
				out[i] = in[0]
				if n.In[0].Value.Node != nil {
					kept[v.ID] = kept[n.In[0].Value.ID]
				}
			} else {
				out[i] = ops.NewTensor(v.Shape, np.Arithmetic(v.DType))
			}
			values[v.ID] = out[i]
		}
		if !np.Alias {
			ops.Evaluate(n.Primitive, ops.NewContext(n.Params, np), out, in)
		}
	}
	for _, n := range g.Nodes {
		if f := plan.Nodes[n.Index].Shown; f != (bf16.Format{}) {
			values[n.Out[0].ID] = castByHand(values[n.Out[0].ID], f)
		}
	}
	return values
}

// castByHand rounds every element of a copy to a format.
func castByHand(t *ops.Tensor, f bf16.Format) *ops.Tensor {
	if t.F32 == nil && t.F64 == nil || f == (bf16.Format{}) || f == bf16.Float64 {
		return t
	}
	out := ops.NewTensor(t.Shape, ops.StoreFloat32)
	for k := range out.F32 {
		out.F32[k] = f.Round(float32(t.Element(k)))
	}
	return out
}

// stored copies a tensor to another storage.
func stored(t *ops.Tensor, s ops.Storage) *ops.Tensor {
	out := ops.NewTensor(t.Shape, s)
	for k := range t.Shape.Size() {
		switch {
		case out.F64 != nil:
			out.F64[k] = t.Element(k)
		case out.F32 != nil:
			out.F32[k] = float32(t.Element(k))
		default:
			copy(out.I32, t.I32)
			copy(out.Bool, t.Bool)
			return out
		}
	}
	return out
}

var cuttings = map[string]func(*ops.Graph) policy.Pieces{"module": policy.ModulePieces, "primitive": policy.PrimitivePieces}

// TestLocalPlans compares plans on the reference's values with their definition, bit by bit, at every value of the small model
// under every preset, with one worker and several; and with all plans beside them, the others must be what they are alone.
func TestLocalPlans(t *testing.T) {
	for by, cut := range cuttings {
		for _, reference := range []string{"f32", "f64", "jax-cpu-jit"} {
			c, policies := localCase(t, reference, cut)
			pieces := cut(c.Graph)
			taps := everyValue(c.Graph)
			watched := make([]*ops.Value, len(taps))
			for i, tap := range taps {
				watched[i] = tap.Value
			}
			first := opstest.Kept(c.Graph, c.Plans[0], c.Load)
			for _, workers := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/%s/%d", by, reference, workers), func(t *testing.T) {
					got := opstest.Collect(t, cpuBackend(workers), c, watched)
					for p, plan := range c.Plans {
						want := opstest.Interpret(c.Graph, plan, c.Load)
						if p > policies {
							want = alone(c.Graph, c.Plans[p-policies], pieces, first, c.Load)
						}
						for i, tap := range taps {
							for k, bits := range got[i][p] {
								if w := opstest.Bits(want[tap.Value.ID], k); bits != w && !opstest.BothNaN(bits, w) {
									t.Fatalf("%s, %s %v of equation %d %s, element %d: %#x, want %#x", plan.Name, tap.Name,
										tap.Value.Shape, tap.Value.Node.Index, tap.Value.Node.Primitive, k, bits, w)
								}
							}
						}
					}
				})
			}
		}
	}
}

// everyValue names every result of a graph.
func everyValue(g *ops.Graph) []ops.Tap {
	var taps []ops.Tap
	for _, n := range g.Nodes {
		for i, v := range n.Out {
			taps = append(taps, ops.Tap{Name: fmt.Sprintf("%s#%d.%d", n.Module, n.Index, i), Value: v})
		}
	}
	return taps
}

// TestLocalOfOnePiece shows that the local error of a graph with a single piece is the accumulated one: the plans are equal,
// and so nothing is computed twice.
func TestLocalOfOnePiece(t *testing.T) {
	whole := func(g *ops.Graph) policy.Pieces { return make(policy.Pieces, len(g.Nodes)) }
	c, policies := localCase(t, "f32", whole)
	for p := 1; p <= policies; p++ {
		for i := range c.Graph.Nodes {
			if c.Plans[p].Nodes[i] != c.Plans[p+policies].Nodes[i] {
				t.Fatalf("%s: equation %d differs", c.Plans[p].Name, i)
			}
		}
	}
	with, without := instances(t, c), instances(t, opstest.Case{Graph: c.Graph, Plans: c.Plans[:policies+1], Load: c.Load})
	if with != without {
		t.Errorf("%d instances with local plans, %d without", with, without)
	}
}

// TestLocalSharesEqualModules shows that a module which a policy computes as the reference does costs nothing: a policy that
// is the reference adds no instances.
func TestLocalSharesEqualModules(t *testing.T) {
	c, _ := localCase(t, "f32", policy.ModulePieces)
	plans := []*ops.Plan{c.Plans[0], policy.Local(c.Graph, c.Plans[0], c.Plans[0], policy.ModulePieces(c.Graph))}
	with := instances(t, opstest.Case{Graph: c.Graph, Plans: plans, Load: c.Load})
	if without := instances(t, opstest.Case{Graph: c.Graph, Plans: plans[1:], Load: c.Load}); with != without {
		t.Errorf("%d instances beside the reference, %d for the reference alone", with, without)
	}
}

func instances(t *testing.T, c opstest.Case) int {
	t.Helper()
	var watched []*ops.Value
	for _, tap := range c.Graph.Taps {
		watched = append(watched, tap.Value)
	}
	stats, err := cpu.Compile(c.Graph, c.Plans, watched).Run(context.Background(), cpu.Options{
		Workers: 1, Load: func(v *ops.Value) (*ops.Tensor, error) { return c.Load(v), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return stats.Instances
}
