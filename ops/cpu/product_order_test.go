package cpu

import (
	"math"
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"

	"pgregory.net/rapid"
)

// productOrders draws orders as XLA has them: edges with orders of their own, rests, lanes folded by halves.
func productOrders(rows, columns int) *rapid.Generator[ops.ProductOrder] {
	chain := rapid.Custom(func(t *rapid.T) bf16.DotOrder {
		o := bf16.DotOrder{
			Lanes: rapid.SampledFrom([]int{0, 2, 4, 8}).Draw(t, "lanes"),
			Rest:  rapid.SampledFrom([]bf16.Rest{bf16.RestJoins, bf16.RestBlock, bf16.RestChain}).Draw(t, "rest"),
		}
		if o.Lanes == 0 {
			o.OddFirst = rapid.Bool().Draw(t, "odd first")
		}
		o.Halves = o.Lanes > 0 && rapid.Bool().Draw(t, "halves")
		o.Pairwise = rapid.Bool().Draw(t, "pairwise")
		o.Block = rapid.SampledFrom([]int{0, 8, 16}).Draw(t, "block")
		return o
	})
	return rapid.Custom(func(t *rapid.T) ops.ProductOrder {
		return ops.ProductOrder{
			Main: chain.Draw(t, "main"), Row: rapid.IntRange(0, rows+1).Draw(t, "row"), Column: rapid.IntRange(0, columns+1).Draw(t, "column"),
			Bottom: chain.Draw(t, "bottom"), Right: chain.Draw(t, "right"), Corner: chain.Draw(t, "corner"),
		}
	})
}

func TestProductInOrderIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batch, m, n := rapid.IntRange(1, 3).Draw(t, "batch"), rapid.IntRange(1, 12).Draw(t, "m"), rapid.IntRange(1, 12).Draw(t, "n")
		k := rapid.IntRange(0, 40).Draw(t, "k")
		order := productOrders(m, n).Draw(t, "order")
		x, y := lcgValues(1, batch*m*k), lcgValues(2, batch*k*n)
		a := side{tensor: &ops.Tensor{Shape: ops.Shape{batch, m, k}, F32: x}, lines: m, line: k, step: 1}
		b := side{tensor: &ops.Tensor{Shape: ops.Shape{batch, k, n}, F32: y}, lines: n, line: 1, step: n}
		for z := range batch {
			a.offsets, b.offsets = append(a.offsets, z*m*k), append(b.offsets, z*k*n)
		}
		got := make([]float32, batch*m*n)
		r := &run{Options: Options{Workers: 2}, memory: newMemory(0)}
		c := r.newProducts()
		c.add(a, b, k, order, r.resultsIn(&ops.Tensor{Shape: ops.Shape{batch, m, n}, F32: got}, &ops.NodePlan{}), 0, n)
		c.compute()
		row, column := make([]float32, k), make([]float32, k)
		for at, v := range got {
			z, i, j := at/(m*n), at/n%m, at%n
			for p := range k {
				row[p], column[p] = x[(z*m+i)*k+p], y[(z*k+p)*n+j]
			}
			if want := bf16.Dot(order.At(i, j), row, column); math.Float32bits(v) != math.Float32bits(want) {
				t.Fatalf("batch %d of (%d, %d, %d), %+v: (%d, %d) is %x, want %x", z, m, n, k, order, i, j, v, want)
			}
		}
	})
}
