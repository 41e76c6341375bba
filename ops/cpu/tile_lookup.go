package cpu

import (
	"sync"
	"unsafe"
)

// lookupKernel sets dst[i] = table[x[i]] for n codes, a multiple of codesAtOnce above zero; modePast is possible. Meanwhile it
// fetches as many bytes from ahead on.
type lookupKernel func(mode, n int, dst, x *uint16, table *uint32, ahead *byte)

// run calls the kernel for any number of codes, and writes results past the caches if that is asked for and they begin with a
// line.
func (f lookupKernel) run(past bool, dst, x []uint16, t *table, ahead *byte) {
	dst = dst[:len(x)]
	whole := len(x) &^ (codesAtOnce - 1)
	if whole > 0 {
		if ahead == nil {
			ahead = (*byte)(unsafe.Pointer(&x[0]))
		}
		f(pastMode(past, unsafe.Pointer(&dst[0])), whole, &dst[0], &x[0], &t[0], ahead)
	}
	for i := whole; i < len(x); i++ {
		dst[i] = t.at(x[i])
	}
}

// lookupKernel returns the faster kernel for lookups, nil if there is none.
func (k *elementwiseKernels) lookupKernel() lookupKernel {
	if k.gatherLookup == nil {
		return k.lookup
	}
	gatheringLookups.Do(func() {
		t, x, dst := new(table), codesToTime(), make([]uint16, timedCodes)
		look := func(f lookupKernel) func() { return func() { f.run(false, dst, x, t, nil) } }
		gatheringLookups.faster = isFaster(look(k.gatherLookup), look(k.lookup))
	})
	if gatheringLookups.faster {
		return k.gatherLookup
	}
	return k.lookup
}

// gathering is whether a kernel with gathering instructions takes less time than one with single loads, once that is known. No feature
// bit says it: lookups take half as long on Emerald Rapids, while elsewhere the instruction is carried out as many small ones.
type gathering struct {
	sync.Once
	faster bool
}

// The choices between gathering instructions and single loads.
var gatheringLookups, gatheringNorms gathering

// timedCodes is the number of codes by which kernels are timed.
const timedCodes = 64 * codesAtOnce

// codesToTime returns codes of different numbers between 1 and 2^16.
func codesToTime() []uint16 {
	x := make([]uint16, timedCodes)
	for i := range x {
		x[i] = uint16(0x3f80 + i*37%len(x))
	}
	return x
}
