package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"bf16lab/bf16"
)

// sharedProducts returns products of the given operands of m x k values with one right operand.
func sharedProducts(left []Floats, right Floats, m, n, k int, order bf16.DotOrder) []product[float32] {
	var products []product[float32]
	key := rightKey{values: new(byte)}
	for _, x := range left {
		p, _ := newProduct32(make([]float32, m*n), Matrix{Data: x, Rows: m, Columns: k, RowStride: k, ColumnStride: 1},
			Matrix{Data: right, Rows: k, Columns: n, RowStride: n, ColumnStride: 1}, order)
		p.right = key
		products = append(products, p)
	}
	return products
}

// Products that share their right operand have the bits that each has alone: also where the values of one are so small that it
// must not take them in pairs.
func TestSharedRightOperand(t *testing.T) {
	half := func(values []float32, scale float32) Floats {
		out := make([]uint16, len(values))
		for i, v := range values {
			out[i] = bf16.ToBFloat16(v * scale)
		}
		return Floats{BF16: out}
	}
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		for _, s := range [][3]int{{3, 40, 20}, {30, 330, 600}, {300, 70, 1100}, {40, 3, 90}} {
			m, n, k := s[0], s[1], s[2]
			if Kernels() == "go" && m*n*k > 1<<20 {
				continue
			}
			w := half(someValues[float32](r, k*n, false), 0x1p-30)
			for _, order := range []bf16.DotOrder{{Block: 512}, {}, {Lanes: 4}, {OddFirst: true}, {Block: 530}, {Pairwise: true}} {
				var left []Floats
				for _, scale := range []float32{1, 0x1p-100, 0x1p-40, 1} {
					left = append(left, half(someValues[float32](r, m*k, false), scale))
				}
				products := sharedProducts(left, w, m, n, k, order)
				multiply(2, products)
				for z, p := range products {
					if err := wantProduct(sharedProducts(left[z:z+1], w, m, n, k, order)[0], p.dst, 1+len(p.dst)/97); err != nil {
						t.Fatalf("%v, product %d: %v", s, z, err)
					}
					alone := sharedProducts(left[z:z+1], w, m, n, k, order)
					multiply(1, alone)
					for i, v := range p.dst {
						if math.Float32bits(v) != math.Float32bits(alone[0].dst[i]) {
							t.Fatalf("%v %+v: product %d, element %d is %x, alone %x", s, order, z, i, v, alone[0].dst[i])
						}
					}
				}
			}
		}
	})
}

// The right operand is packed once for all products that share it.
func TestSharedRightOperandIsPackedOnce(t *testing.T) {
	const m, n, k = 30, 256, 600
	for _, products := range []int{1, 2, 5, 14} {
		t.Run(fmt.Sprint(products), func(t *testing.T) {
			var packed atomic.Int64
			right := Floats{F32: lcgValues(1, k*n), Round: func(values []float32) { packed.Add(int64(len(values))) }}
			left := slices.Repeat([]Floats{{F32: lcgValues(2, m*k)}}, products)
			multiply(1, sharedProducts(left, right, m, n, k, bf16.DotOrder{Block: 512}))
			if packed.Load() != k*n {
				t.Errorf("%d products packed %d values of %d", products, packed.Load(), k*n)
			}
		})
	}
}
