package cpu

import (
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

// TestOrderOfRows wants every element of a part of a product to keep its order.
func TestOrderOfRows(t *testing.T) {
	whole := ops.ProductOrder{
		Main: bf16.DotOrder{Block: 1}, Row: 10, Column: 7,
		Bottom: bf16.DotOrder{Block: 2}, Right: bf16.DotOrder{Block: 3}, Corner: bf16.DotOrder{Block: 4},
	}
	for first := range 20 {
		rows, columns := withRow(whole, whole.Row-first), withColumn(whole, whole.Column-first)
		for i := range 20 {
			for j := range 20 {
				if got, want := rows.At(i, j), whole.At(first+i, j); got != want {
					t.Fatalf("rows from %d: (%d, %d) has %+v, want %+v", first, i, j, got, want)
				}
				if got, want := columns.At(i, j), whole.At(i, first+j); got != want {
					t.Fatalf("columns from %d: (%d, %d) has %+v, want %+v", first, i, j, got, want)
				}
			}
		}
	}
}
