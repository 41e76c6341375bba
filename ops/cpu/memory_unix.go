//go:build unix

package cpu

import (
	"fmt"
	"syscall"
)

// systemAlloc maps anonymous memory, outside of the garbage collector's heap.
func systemAlloc(bytes int) []byte {
	block, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(OutOfMemory{Bytes: bytes, Reason: fmt.Sprint(err)})
	}
	adviseLargePages(block)
	return block
}

func systemFree(block []byte) {
	// An unmapping of a block that was mapped whole cannot fail.
	_ = syscall.Munmap(block)
}
