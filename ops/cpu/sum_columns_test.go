package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// A sum over leading axes has the bits of its definition, whatever it is read from.
func TestSumColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	one := func(size, step, cells int) bf16.SumOrder {
		return bf16.SumOrder{Kind: bf16.Tiles, Axes: [4]bf16.SumAxis{{Size: size, Step: step, Cells: cells}}}
	}
	type sum struct {
		rows, columns int
		order         bf16.SumOrder
	}
	cases := []sum{
		{15, 64, bf16.SumOrder{Kind: bf16.Tiles, Axes: [4]bf16.SumAxis{{Size: 5}, {Size: 3, Step: 2}}}},
		{5 * 300, 272, bf16.SumOrder{Kind: bf16.Tiles, Axes: [4]bf16.SumAxis{{Size: 5, Step: 1, Cells: 6}, {Size: 300}}}},
		{5 * 300, 80, bf16.SumOrder{Kind: bf16.Tiles, Axes: [4]bf16.SumAxis{{Size: 5, Step: 3}, {Size: 300, Step: 135}}}}, // rows with gaps
		{3 * 200, 64, bf16.SumOrder{Kind: bf16.Tiles, Axes: [4]bf16.SumAxis{{Size: 3}, {Size: 200, Step: 24}}}},
	}
	for _, rows := range []int{1, 3, 4, 15, 16, 255, 256, 257, 1031} {
		cases = append(cases, sum{rows, 48, bf16.SumOrder{Kind: bf16.Tiles}}, sum{rows, 528, one(rows, (rows+2)/3, 0)})
	}
	eachKernel(t, func(t *testing.T) {
		for _, c := range cases {
			for _, flags := range []ops.NodePlan{{}, {Flush: true}, {Flush: true, FlushOperands: [3]bool{true}}} {
				plan := flags
				plan.Sum, plan.Output = c.order, bf16.Float32
				b := ops.NewBuilder()
				sum := b.ReduceSum(b.Argument("x", ops.Float32, c.rows, c.columns), 0)
				x := ops.NewTensor(ops.Shape{c.rows, c.columns}, ops.StoreFloat32)
				copy(x.F32, someValues[float32](r, len(x.F32), true))
				half := ops.NewTensor(x.Shape, ops.StoreBFloat16)
				bf16.EncodeBFloat16(half.BF16, x.F32)
				for _, operand := range []*ops.Tensor{x, half} {
					checkSumColumns(t, fmt.Sprintf("%dx%d %v", c.rows, c.columns, operand.Storage()), sum.Node, &plan, operand)
				}
			}
		}
	})
}

func checkSumColumns(t *testing.T, name string, n *ops.Node, plan *ops.NodePlan, operand *ops.Tensor) {
	t.Helper()
	wide := ops.NewTensor(operand.Shape, ops.StoreFloat32)
	decode(wide, operand)
	want := ops.NewTensor(n.Out[0].Shape, ops.StoreFloat32)
	ops.Evaluate(n.Primitive, ops.NewContext(n.Params, plan), []*ops.Tensor{want}, []*ops.Tensor{wide})
	for _, workers := range []int{1, 3} {
		run := &run{Options: Options{Workers: workers}, memory: newMemory(0)}
		got := run.sumColumns(n, plan, []*ops.Tensor{operand})
		switch {
		case got == nil && Kernels() != "go":
			t.Fatalf("%s: no kernel", name)
		case got == nil:
			continue
		}
		if at := firstDifference(got.F32, want.F32); at >= 0 {
			t.Fatalf("%s, %d workers, flush %v: column %d is %x, want %x", name, workers, plan.FlushOperands[0], at, got.F32[at], want.F32[at])
		}
	}
}

// A sum whose rows come by chunks has the bits of one that has all of them at once, whatever was summed before.
func TestSumChunks(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	eachKernel(t, func(t *testing.T) {
		k := activeElementwise()
		if k.sums.four == nil {
			return
		}
		const columns = 48
		chunked, whole := newTileSum(k, columns), newTileSum(k, columns)
		for _, sizes := range [][2]bf16.SumAxis{
			{{Size: 5, Step: 1, Cells: 5}, {Size: 300}}, {{Size: 700}}, {{Size: 5, Step: 1, Cells: 9}, {Size: 263}}, {{Size: 3, Step: 1}, {Size: 5}},
		} {
			order := bf16.SumOrder{Kind: bf16.Tiles, Axes: [4]bf16.SumAxis{sizes[0], sizes[1]}}
			rows := sizes[0].Size * max(sizes[1].Size, 1)
			grid := order.Grid(rows)
			wide := ops.NewTensor(ops.Shape{rows, columns}, ops.StoreFloat32)
			copy(wide.F32, someValues[float32](r, len(wide.F32), true))
			half := ops.NewTensor(wide.Shape, ops.StoreBFloat16)
			bf16.EncodeBFloat16(half.BF16, wide.F32)
			chunks, ok := cellChunks(grid, rows)
			if !ok {
				t.Fatalf("%v cannot be cut", sizes)
			}
			for _, x := range []*ops.Tensor{wide, half} {
				var got, want [columns]float32
				whole.into(modeFlush, want[:], x, 0, columns, grid)
				chunked.open(columns, grid)
				for _, c := range chunks {
					chunked.addChunk(modeFlush, x.Range(c.lo*columns, c.hi*columns, ops.Shape{c.hi - c.lo, columns}), c)
				}
				chunked.close(got[:], grid)
				if at := firstDifference(got[:], want[:]); at >= 0 {
					t.Fatalf("%v %v: column %d is %x, want %x", sizes, x.Storage(), at, got[at], want[at])
				}
			}
		}
	})
}
