package cpu

import (
	"fmt"
	"os"
	"syscall"
)

// discards tells whether memory can be given back to the system piece by piece.
const discards = true

// systemReserve maps anonymous memory of which only what is touched takes any, so it may be more than the machine has.
func systemReserve(bytes int) []byte {
	const flags = syscall.MAP_ANON | syscall.MAP_PRIVATE | syscall.MAP_NORESERVE
	block, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE, flags)
	if err != nil {
		panic(OutOfMemory{Bytes: bytes, Reason: fmt.Sprint(err)})
	}
	return block
}

// systemDiscard gives the memory of bytes from up to to of a block back, whose bytes before from have been given back
// already. The last page stays if what follows lies on it too.
func systemDiscard(block []byte, from, to int) {
	page := os.Getpagesize()
	from, to = from/page*page, to/page*page
	if from < to {
		// Advice on a range of a mapped block cannot fail.
		_ = syscall.Madvise(block[from:to], syscall.MADV_DONTNEED)
	}
}
