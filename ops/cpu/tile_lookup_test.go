package cpu

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// Both kernels for lookups take what a table has, of any number of codes, and write nothing else, whether past the caches or not.
func TestLookupKernels(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(31, 32))
		values := randomTable(30)
		for name, f := range map[string]lookupKernel{"single": activeElementwise().lookup, "gather": activeElementwise().gatherLookup} {
			if f == nil {
				continue
			}
			for _, n := range []int{0, 1, 15, 31, 32, 33, 160, 333, codes} {
				x := make([]uint16, n)
				for i := range x {
					x[i] = uint16(r.Uint32())
				}
				if n > 31 {
					x[30], x[31] = codes-1, codes-1
				}
				for _, past := range []bool{false, true} {
					for _, first := range []int{0, 1} {
						got := fromLine(n+2, first)
						f.run(past, got[:n], x, values, nil)
						for i, code := range x {
							if got[i] != values.at(code) {
								t.Fatalf("%s, %d codes, past caches %v: element %d is %04x, want %04x", name, n, past, i, got[i], values.at(code))
							}
						}
						if got[n] != 0 {
							t.Fatalf("%s, %d codes, past caches %v: wrote beyond them", name, n, past)
						}
					}
				}
			}
		}
	})
}

// randomTable returns a table of a chain that makes anything of codes.
func randomTable(seed uint64) *table {
	r := rand.New(rand.NewPCG(seed, 1))
	results := make([]uint16, codes)
	for i := range results {
		results[i] = uint16(r.Uint32())
	}
	return tableOf(results)
}

// fromLine returns n codes that begin the given number of codes behind where a line begins.
func fromLine(n, behind int) []uint16 {
	all := make([]uint16, n+behind+codesAtOnce)
	for uintptr(unsafe.Pointer(&all[0]))%lineBytes != 0 {
		all = all[1:]
	}
	return all[behind:][:n]
}
