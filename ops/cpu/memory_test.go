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
	if m.used != int64(2*size) || m.free.bytes != int64(2*size) || m.peak != int64(4*size) {
		t.Errorf("%d bytes used, %d idle, %d at the peak", m.used, m.free.bytes, m.peak)
	}
	third, second = take(1), take(1)
	if &second.Bool[0] != at || m.free.bytes != 0 {
		t.Errorf("the second block is not used again, %d bytes are idle", m.free.bytes)
	}
	for _, block := range []*ops.Tensor{large, second, third} {
		m.release(block)
	}
	if m.used != 0 || m.free.bytes != int64(4*size) {
		t.Errorf("%d bytes used, %d idle at the end", m.used, m.free.bytes)
	}
}

// What a run has kept serves the next one, within the peak of that, and does not count as its memory until it is handed out.
func TestSpareBlocks(t *testing.T) {
	size := largeBytes
	ReleaseSpare()
	take := func(m *memory, blocks int) *ops.Tensor { return m.tensor(ops.Shape{blocks * size}, ops.StoreBool) }
	first := newMemory(int64(8 * size))
	one, three, two := take(first, 1), take(first, 3), take(first, 2)
	for _, block := range []*ops.Tensor{one, three, two} {
		first.release(block)
	}
	first.close()
	if got := SpareBytes(); got != int64(6*size) {
		t.Errorf("%d bytes are kept", got)
	}
	second := newMemory(int64(5 * size))
	if SpareBytes() != 0 || second.spare.bytes != int64(5*size) || second.peak != 0 {
		t.Errorf("%d bytes taken over, %d left, peak %d", second.spare.bytes, SpareBytes(), second.peak)
	}
	four := take(second, 4) // for which both have to go
	if second.spare.bytes != 0 || second.peak != int64(4*size) {
		t.Errorf("%d bytes are spare, peak %d", second.spare.bytes, second.peak)
	}
	second.release(four)
	second.close()
	third := newMemory(int64(4 * size))
	again := take(third, 4)
	if third.used != int64(4*size) || third.spare.bytes != 0 || &again.Bool[0] != &four.Bool[0] {
		t.Error("a block of the run before is not used again")
	}
	third.release(again)
	third.close()
	ReleaseSpare()
	if SpareBytes() != 0 {
		t.Errorf("%d bytes are kept after all", SpareBytes())
	}
}
