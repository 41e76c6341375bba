package weights

import (
	"runtime"
	"sync"
	"sync/atomic"
)

const (
	step  = 0x9E3779B97F4A7C15 // what the counter grows by per value
	half  = 1 << 23            // z>>40 has 24 bits; half makes it signed
	ulp   = 1.0 / half         // and ulp brings it to [-1, 1)
	chunk = 1 << 16            // values per unit of parallel work
)

// mix is the finaliser of splitmix64.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit returns the top 24 bits of z as an exact float32 in [-1, 1).
func unit(z uint64) float32 {
	return float32(int32(z>>40)-half) * ulp
}

// rule fills dst with the values that follow the given counter.
type rule func(dst []float32, counter uint64)

// uniform returns the rule u * scale.
func uniform(scale float32) rule {
	return func(dst []float32, counter uint64) {
		for i := range dst {
			counter += step
			dst[i] = unit(mix(counter)) * scale
		}
	}
}

// around returns the rule (1 + spread u) * scale.
func around(spread, scale float32) rule {
	return func(dst []float32, counter uint64) {
		for i := range dst {
			counter += step
			dst[i] = (1 + float32(spread*unit(mix(counter)))) * scale
		}
	}
}

// withOutliers is the rule of scales: (1 + 0.25 u) times the outlier factor of the low byte, which shares no bit with u.
func withOutliers(dst []float32, counter uint64) {
	for i := range dst {
		counter += step
		z := mix(counter)
		dst[i] = (1 + float32(0.25*unit(z))) * outlier[byte(z)]
	}
}

// outlier holds the factor of each low byte: 4 for 2, 2 for 14, 1 for 176 and 0.5 for 64 of the 256 values.
var outlier = func() (table [256]float32) {
	for t := range table {
		switch {
		case t < 2:
			table[t] = 4
		case t < 16:
			table[t] = 2
		case t < 192:
			table[t] = 1
		default:
			table[t] = 0.5
		}
	}
	return table
}()

// fill applies a rule to the stream of key. Each value depends on its index alone, so the chunks may run in any order on
// any number of threads.
func fill(dst []float32, key uint64, r rule) {
	chunks := (len(dst) + chunk - 1) / chunk
	workers := min(runtime.GOMAXPROCS(0), chunks)
	if workers <= 1 {
		r(dst, key)
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				start := int(next.Add(1)-1) * chunk
				if start >= len(dst) {
					return
				}
				r(dst[start:min(start+chunk, len(dst))], key+uint64(start)*step)
			}
		})
	}
	group.Wait()
}
