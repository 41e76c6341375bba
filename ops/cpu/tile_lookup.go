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
	if k.gatherLookup != nil && gatheringIsFaster(k) {
		return k.gatherLookup
	}
	return k.lookup
}

// gathering is whether gathering instructions are faster than single loads, once that is known.
var gathering struct {
	sync.Once
	faster bool
}

// gatheringIsFaster tells whether lookups by gathering instructions take less time than by single loads, because no feature bit
// says it: on Emerald Rapids they take half as long, elsewhere they are carried out as many small operations.
func gatheringIsFaster(k *elementwiseKernels) bool {
	gathering.Do(func() {
		var t table
		var x, dst [64 * codesAtOnce]uint16
		for i := range x {
			x[i] = uint16(i * 37 % len(x))
		}
		look := func(f lookupKernel) func() { return func() { f.run(false, dst[:], x[:], &t, nil) } }
		gathering.faster = isFaster(look(k.gatherLookup), look(k.lookup))
	})
	return gathering.faster
}
