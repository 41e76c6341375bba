package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"bf16lab/bf16"
	"bf16lab/model"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
	"bf16lab/policy"
)

// values returns n numbers between -1 and 1.
func values(n int) []float32 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = 2*r.Float32() - 1
	}
	return x
}

// product measures a float32 matrix product (m, k) x (k, n) in XLA's order: blocks of 512.
func product(name string, m, k, n int) Measurement {
	return Measurement{
		Name: name, Doc: fmt.Sprintf("float32 product (%d, %d) x (%d, %d), order of XLA on a CPU", m, k, k, n),
		prepare: func(_ context.Context, threads int) (*subject, error) {
			a := cpu.Matrix{Data: cpu.Floats{F32: values(m * k)}, Rows: m, Columns: k, RowStride: k, ColumnStride: 1}
			b := cpu.Matrix{Data: cpu.Floats{F32: values(k * n)}, Rows: k, Columns: n, RowStride: n, ColumnStride: 1}
			dst := make([]float32, m*n)
			run := func() error {
				cpu.MatMul(threads, dst, a, b, bf16.DotOrder{Block: 512})
				return nil
			}
			return &subject{run: run, flops: 2 * float64(m) * float64(k) * float64(n)}, nil
		},
	}
}

// convolution measures a float32 convolution along length positions.
func convolution(name string, width, channels, length int) Measurement {
	return Measurement{
		Name: name, Doc: fmt.Sprintf("float32 convolution of width %d, %d to %d channels, %d positions", width, channels, channels, length),
		prepare: func(_ context.Context, threads int) (*subject, error) {
			depth := width * channels
			x := cpu.Floats{F32: values(length * channels)}
			w := cpu.Matrix{Data: cpu.Floats{F32: values(depth * channels)}, Rows: depth, Columns: channels, RowStride: channels, ColumnStride: 1}
			dst := make([]float32, length*channels)
			order := bf16.DotOrder{Block: bf16.EqualBlock(depth, 320)}
			run := func() error {
				cpu.Convolve(threads, dst, x, length, channels, w, width, order)
				return nil
			}
			return &subject{run: run, flops: 2 * float64(length) * float64(depth) * float64(channels)}, nil
		},
	}
}

// copyMeasurement measures how fast memory is copied, which no elementwise chain can exceed.
func copyMeasurement() Measurement {
	const size = 256 << 20
	return Measurement{
		Name: "copy", Doc: "copy of 256 MiB, every thread a part of it",
		prepare: func(_ context.Context, threads int) (*subject, error) {
			from, to := make([]byte, size), make([]byte, size)
			for i := range from {
				from[i] = byte(i)
			}
			run := func() error {
				var group sync.WaitGroup
				for t := range threads {
					lo, hi := t*size/threads, (t+1)*size/threads
					group.Go(func() { copy(to[lo:hi], from[lo:hi]) })
				}
				group.Wait()
				return nil
			}
			return &subject{run: run, bytes: 2 * size}, nil
		},
	}
}

// normGELU measures a chain of elementwise primitives under a policy: RMSBatchNorm and GELU of 65,536 positions of 768
// channels. Bytes are those of the operand and of the result as the policy stores them.
func normGELU(name, preset string) Measurement {
	return Measurement{
		Name: name, Doc: "RMSBatchNorm and GELU of [1, 65536, 768] under " + preset,
		prepare: func(ctx context.Context, threads int) (*subject, error) {
			b := ops.NewBuilder()
			x := b.Argument("x", ops.Compute, 1, 1<<16, 768)
			model.ConvBlock(b, "conv_block", x, 768, 1)
			g := b.Graph()
			// One element of the result is watched, so that the whole of it has to be kept for the equation that takes it.
			var gelu *ops.Value
			for _, t := range g.Taps {
				if t.Name == "conv_block:gelu" {
					gelu = t.Value
				}
			}
			watched := b.Slice(gelu, []int{0, 0, 0}, []int{1, 1, 1})
			p, err := policy.Preset(preset)
			if err != nil {
				return nil, err
			}
			plan, err := p.Plan(g)
			if err != nil {
				return nil, err
			}
			storage := plan.Nodes[gelu.Node.Index].Storage(gelu.DType)
			load := chainInputs(g, x, storage)
			program := cpu.Compile(g, []*ops.Plan{plan}, []*ops.Value{watched})
			run := func() error {
				_, err := program.Run(ctx, cpu.Options{Workers: threads, Load: load})
				return err
			}
			return &subject{run: run, bytes: 2 * float64(x.Shape.Size()*storage.Bytes())}, nil
		},
	}
}

// chainInputs gives a chain's operand in the given storage, and its parameters.
func chainInputs(g *ops.Graph, x *ops.Value, storage ops.Storage) func(v *ops.Value) (*ops.Tensor, error) {
	tensors := map[*ops.Value]*ops.Tensor{}
	for _, v := range g.Inputs {
		t := &ops.Tensor{Shape: v.Shape, F32: values(v.Shape.Size())}
		switch {
		case v != x:
			for i := range t.F32 {
				t.F32[i] += 1.5 // a variance is positive
			}
		case storage == ops.StoreBFloat16:
			half := ops.NewTensor(v.Shape, storage)
			bf16.EncodeBFloat16(half.BF16, t.F32)
			t = half
		}
		tensors[v] = t
	}
	return func(v *ops.Value) (*ops.Tensor, error) { return tensors[v], nil }
}
