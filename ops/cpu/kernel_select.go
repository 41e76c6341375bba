package cpu

import (
	"slices"
	"sync/atomic"
)

// The mode of a tile kernel; 0 starts the chains from +0 and stores their results.
const (
	modeAdd      = 1 // add the results to C
	modeResume   = 2 // start from C: the continuation of a chain
	modeOddFirst = 4 // of each pair of elements the odd one enters first
)

// kernels is what an instruction set offers for one element type.
type kernels[T float] struct {
	// rows and columns are the largest tile; the left operand is packed in panels of at most rows lines, the right one
	// in panels of exactly columns lines.
	rows, columns int
	// masked says that tile takes any width up to columns; otherwise it computes all columns.
	masked bool
	// tile computes height x width results, see tileGo32.
	tile func(mode, count, element, height, width int, a, b, c *T, stride int)
	// tree adds products as balanced trees, see treeGo; only kernels with separate multiplications and additions have it.
	tree     func(groups, element, height int, a, b, sums *T)
	packWide packers[T, T]
	packHalf packers[T, uint16]
	pairs    *pairKernels[T] // nil where there are none
}

// instructionSet is one way of computing products. All of them give the same bits.
type instructionSet struct {
	name           string
	f32, unfused32 kernels[float32]
	f64, unfused64 kernels[float64]
	elementwise    elementwiseKernels
}

var plainGo = instructionSet{
	name:      "go",
	f32:       kernels[float32]{rows: goRows, columns: goColumns, masked: true, tile: tileGo32, pairs: &goPairs},
	unfused32: kernels[float32]{rows: goRows, columns: goColumns, masked: true, tile: tileUnfusedGo32, tree: treeGo[float32]},
	f64:       kernels[float64]{rows: goRows, columns: goColumns, masked: true, tile: tileGo64},
	unfused64: kernels[float64]{rows: goRows, columns: goColumns, masked: true, tile: tileUnfusedGo64, tree: treeGo[float64]},
}

// active is the instruction set in use, the first usable one unless a test forces another.
var active atomic.Pointer[instructionSet]

func init() { active.Store(&usable()[0]) }

// usable lists the instruction sets this machine can run, fastest first; plain Go is always the last.
func usable() []instructionSet { return append(assemblyKernels(), plainGo) }

// Kernels names the instruction set in use: "avx512_bf16", "avx512_bf16_roundings", "avx512", "avx2" or "go".
func Kernels() string { return active.Load().name }

// forceKernel switches to the named instruction set until restore is called; it panics if the machine lacks it.
func forceKernel(name string) (restore func()) {
	sets := usable()
	i := slices.IndexFunc(sets, func(s instructionSet) bool { return s.name == name })
	if i < 0 {
		panic("cpu: no kernels for " + name)
	}
	old := active.Swap(&sets[i])
	return func() { active.Store(old) }
}

// activeKernels returns the kernels in use for T, with fused or with separate multiplications and additions.
func activeKernels[T float](unfused bool) *kernels[T] {
	set := active.Load()
	var k any
	switch any(T(0)).(type) {
	case float32:
		k = &set.f32
		if unfused {
			k = &set.unfused32
		}
	case float64:
		k = &set.f64
		if unfused {
			k = &set.unfused64
		}
	}
	return k.(*kernels[T])
}
