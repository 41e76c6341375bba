//go:build unix

package cpu

import (
	"fmt"
	"math/bits"
	"sync"
	"syscall"
	"unsafe"

	"bf16lab/internal/machine"
)

// systemAlloc returns anonymous memory, outside of the garbage collector's heap, that systemFree takes back. It is not
// cleared if it was used before.
func systemAlloc(bytes int) []byte {
	size := mappedSize(bytes)
	if block := mappings.take(size); block != nil {
		return block[:bytes]
	}
	block, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(OutOfMemory{Bytes: bytes, Reason: fmt.Sprint(err)})
	}
	machine.AdviseLargePages(block)
	return block[:bytes]
}

// systemFree takes a block of systemAlloc back. A few are kept for the next that need about as much: the system clears every
// page that it hands out, and that takes longer than computing what it will hold.
func systemFree(block []byte) {
	whole := unsafe.Slice(unsafe.SliceData(block), mappedSize(len(block)))
	if !mappings.put(whole) {
		systemUnmap(whole)
	}
}

// systemUnmap gives a block that was mapped whole back to the system.
func systemUnmap(block []byte) {
	// An unmapping of a block that was mapped whole cannot fail.
	_ = syscall.Munmap(block)
}

// mappedSize rounds a size up to a quarter of a power of two, so that blocks of different tensors have equal sizes. What is
// not touched takes no memory.
func mappedSize(bytes int) int {
	unit := 1 << max(bits.Len(uint(bytes-1))-3, 12)
	return ceilDiv(bytes, unit) * unit
}

// mostMapped bounds the bytes that are kept mapped without being used. They are the difference between what a run needs at different
// times: at 4,096 bases the small values of the trunk, half a gibibyte, and a value of the junction head, 384 MiB, give way to each
// other.
const mostMapped = 768 << 20

// mappings are the blocks that are kept.
var mappings keptBlocks

// keptBlocks are blocks of which those that nobody has asked for longest go first.
type keptBlocks struct {
	mu sync.Mutex
	blocks
}

// take returns a block of the given size, nil if there is none.
func (k *keptBlocks) take(size int) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.blocks.take(size)
}

// put keeps a block in place of others, unless it is too large.
func (k *keptBlocks) put(block []byte) bool {
	if len(block) > mostMapped {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.blocks.put(block)
	k.trim(mostMapped, systemUnmap)
	return true
}
