package cpu

import (
	"testing"

	"bf16lab/ops"
)

// Of the blocks that are kept the one that has been idle longest gives way, and no more of them than must.
func TestIdleBlocks(t *testing.T) {
	size := largeBytes
	m := newMemory(int64(4 * size))
	defer m.close()
	take := func(blocks int) *ops.Tensor { return m.tensor(ops.Shape{blocks * size}, ops.StoreBool) }
	first, second, third := take(1), take(1), take(1)
	at := &second.Bool[0]
	for _, block := range []*ops.Tensor{first, second, third} {
		m.release(block)
	}
	large := take(2) // for which one of the three has to go
	if m.used != int64(2*size) || m.idle != int64(2*size) || m.peak != int64(4*size) {
		t.Errorf("%d bytes used, %d idle, %d at the peak", m.used, m.idle, m.peak)
	}
	third, second = take(1), take(1)
	if &second.Bool[0] != at || m.idle != 0 {
		t.Errorf("the second block is not used again, %d bytes are idle", m.idle)
	}
	for _, block := range []*ops.Tensor{large, second, third} {
		m.release(block)
	}
	if m.used != 0 || m.idle != int64(4*size) {
		t.Errorf("%d bytes used, %d idle at the end", m.used, m.idle)
	}
}
