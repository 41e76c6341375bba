//go:build unix

package cpu

import (
	"testing"
	"unsafe"
)

// Blocks are at most a quarter larger than asked for, and one that was freed serves a similar size.
func TestSystemMemory(t *testing.T) {
	for _, bytes := range []int{1, 4096, 4097, largeBytes, largeBytes + 1, 3 * largeBytes, 12_582_912, 47_185_920} {
		size := mappedSize(bytes)
		if size < bytes || bytes >= largeBytes && size > bytes+bytes/4 || mappedSize(size) != size {
			t.Errorf("%d bytes are mapped as %d, those as %d", bytes, size, mappedSize(size))
		}
	}
	block := systemAlloc(5*largeBytes - 1)
	block[0], block[len(block)-1] = 1, 2
	first := &block[0]
	systemFree(block)
	again := systemAlloc(5*largeBytes - 100)
	if &again[0] != first || len(again) != 5*largeBytes-100 {
		t.Errorf("a block of %d bytes is not the one that was freed", len(again))
	}
	systemFree(again)
	before := mappings.bytes
	huge := systemAlloc(mostMapped + 1)
	systemFree(huge)
	if mappings.bytes != before {
		t.Errorf("%d bytes are kept after %d", mappings.bytes, before)
	}
}

// New blocks are kept in place of those that nobody has asked for longest. (What is not touched takes no memory.)
func TestKeptBlocks(t *testing.T) {
	const half = mostMapped / 2
	var k keptBlocks
	var all [3][]byte
	for i := range all {
		all[i] = systemAlloc(half)
		if len(all[i]) != mappedSize(half) {
			t.Fatalf("%d bytes are mapped as %d", half, mappedSize(half))
		}
	}
	for _, block := range all {
		if !k.put(block) {
			t.Error("a block is not kept")
		}
	}
	if k.bytes != mostMapped {
		t.Errorf("%d bytes are kept", k.bytes)
	}
	for _, want := range [][]byte{all[2], all[1], nil} {
		got := k.take(half)
		if unsafe.SliceData(got) != unsafe.SliceData(want) {
			t.Errorf("block %p is taken, want %p", got, want)
		}
		if got != nil {
			systemUnmap(got)
		}
	}
}
