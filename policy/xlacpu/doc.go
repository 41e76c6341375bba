// Package xlacpu knows in which order XLA on a CPU accumulates, for every product, sum, window sum and convolution.
//
// XLA hands float32 sums and products to YNNPACK (google/XNNPACK, folder ynnpack), which chooses among its kernels by
// shape with a cost model in float32. This package repeats that choice: the functions are pure, they depend on the
// declared dtypes, on the whole shapes and on the machine, and return orders as data.
//
// The rules were measured with jaxlib 0.10.2 on an AMD EPYC (Zen 4: AVX-512 and AVX512_BF16, no AMX) with two threads,
// and confirmed bit for bit on the shapes that docs/xla-cpu.md lists. On another CPU the kernel tables, the vector width
// and the number of threads differ.
package xlacpu

// CPU holds what the orders depend on besides dtypes and shapes.
type CPU struct {
	Threads int `yaml:"threads"` // threads of XLA's pool; decides how far sums over leading axes are cut
}

// Recorded is the machine that the rules were measured on.
var Recorded = CPU{Threads: 2}

// cacheBytes is the size that YNNPACK fits its blocks to.
const cacheBytes = 131072

func ceilDiv(n, d int) int { return (n + d - 1) / d }
