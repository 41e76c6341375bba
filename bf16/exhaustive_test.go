//go:build exhaustive

package bf16

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// inChunks calls check for each of the given number of chunks, on GOMAXPROCS threads.
func inChunks(t *testing.T, chunks uint32, check func(chunk uint32)) {
	t.Helper()
	var next atomic.Uint32
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for chunk := next.Add(1) - 1; chunk < chunks && !t.Failed(); chunk = next.Add(1) - 1 {
				check(chunk)
			}
		})
	}
	group.Wait()
}

// All 2^32 float32 patterns against exact integers: ToBFloat16, RoundSlice, Round64.
func TestBFloat16Exhaustive(t *testing.T) {
	inChunks(t, 1<<15, func(code uint32) {
		var walk bfloat16Walk
		walk.start(min(code, 0x7F7F))
		for rest := range uint32(1 << 16) {
			walk.check(t, code<<16|rest)
		}
	})
}

// All 2^32 float32 patterns against github.com/x448/float16.
func TestFloat16Exhaustive(t *testing.T) {
	inChunks(t, 1<<16, func(upper uint32) {
		for rest := range uint32(1 << 16) {
			checkFloat16(t, upper<<16|rest)
		}
	})
}

// All 2^32 float32 patterns against XLA on a CPU, four formats.
func TestXLAExhaustive(t *testing.T) {
	formats, digests := xlaDigests(t)
	inChunks(t, 256, func(upper uint32) {
		for i, f := range formats {
			if got := convertDigest(f, byte(upper)); got != digests[byte(upper)][i] {
				t.Errorf("%v: chunk %02x has digest %s, want %s", f, upper, got, digests[byte(upper)][i])
			}
		}
	})
}

// The fast float32 paths against the definition, all 2^32 patterns. BFloat16 itself is in
// TestBFloat16Exhaustive.
func TestRoundSliceExhaustive(t *testing.T) {
	formats := []Format{BFloat16.Flushing(), Float16, TF32, Float8E4M3, Float8E4M3.Saturating(), Float8E5M2}
	inChunks(t, 1<<16, func(upper uint32) {
		src, dst := make([]float32, 1<<16), make([]float32, 1<<16)
		for rest := range src {
			src[rest] = math.Float32frombits(upper<<16 | uint32(rest))
		}
		for _, f := range formats {
			f.RoundSlice(dst, src)
			for i, x := range src {
				want := float32(math.Float64frombits(f.roundPattern(math.Float64bits(float64(x)), NearestEven, 0)))
				if math.Float32bits(dst[i]) != math.Float32bits(want) {
					t.Errorf("%v: %#08x -> %#08x, want %#08x", f, math.Float32bits(x), math.Float32bits(dst[i]), math.Float32bits(want))
					return
				}
			}
		}
	})
}
