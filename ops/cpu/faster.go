package cpu

import "time"

// isFaster tells whether a takes less time than b: the fastest of some calls in turns, because whatever disturbs a call only makes
// it slower. It serves to choose between kernels with the same bits where no feature bit says which is the faster one.
func isFaster(a, b func()) bool {
	const rounds = 16
	fastest := func(best time.Duration, f func()) time.Duration {
		start := time.Now()
		f()
		return min(best, time.Since(start))
	}
	first, second := time.Hour, time.Hour
	for range rounds {
		first, second = fastest(first, a), fastest(second, b)
	}
	return first < second
}
