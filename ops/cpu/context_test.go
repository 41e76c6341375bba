package cpu

import (
	"testing"

	"bf16lab/bf16"
	"bf16lab/ops"
)

func TestWidened(t *testing.T) {
	scratch := make([]float32, 1)
	x := &ops.Tensor{Shape: ops.Shape{2}, BF16: []uint16{bf16.ToBFloat16(1.5), bf16.ToBFloat16(-3)}}
	if w := Widened(x, &scratch); len(w) != 2 || w[0] != 1.5 || w[1] != -3 || cap(scratch) < 2 {
		t.Errorf("got %v", w)
	}
	y := ops.NewTensor(ops.Shape{2}, ops.StoreFloat32)
	if w := Widened(y, &scratch); &w[0] != &y.F32[0] {
		t.Error("float32 was copied")
	}
}
