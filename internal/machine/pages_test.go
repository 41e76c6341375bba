package machine

import "testing"

// Blocks of any position and length can be asked for, and keep what they hold.
func TestAdviseLargePages(t *testing.T) {
	all := make([]byte, 5<<20)
	for i := range all {
		all[i] = byte(i * i)
	}
	AdviseLargePages(nil)
	for _, from := range []int{0, 1, 4095, 4096, 4097, 2 << 20} {
		for _, n := range []int{0, 1, 4095, 4096, 8191, 8193, 3 << 20} {
			AdviseLargePages(all[from : from+n])
		}
	}
	for i, b := range all {
		if b != byte(i*i) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}
