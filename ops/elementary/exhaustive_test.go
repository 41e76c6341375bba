//go:build exhaustive

package elementary

// stride is the distance of the bit patterns that sample visits.
const stride = 1
