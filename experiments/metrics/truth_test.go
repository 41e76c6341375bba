package metrics

import (
	"testing"

	"pgregory.net/rapid"
)

// TestTruth: what is gathered of truth values is what is gathered of zeros and ones.
func TestTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 3*blockSize).Draw(t, "length")
		of := rapid.SampledFrom([]int{1, 2, 100, 1000})
		ones, differ := of.Draw(t, "ones"), of.Draw(t, "differ")
		die := rapid.Uint32()
		reference, test := make([]bool, n), make([]bool, n)
		for i := range reference {
			reference[i] = die.Draw(t, "die")%uint32(ones) == 0
			test[i] = reference[i] != (die.Draw(t, "die")%uint32(differ) == 0)
		}
		offset := rapid.Int64Range(0, 1<<40).Draw(t, "offset")
		wideReference, wideTest := make([]float64, n), make([]float64, n)
		Widen(wideReference, reference)
		Widen(wideTest, test)
		var got, want Accumulator
		for range 2 {
			AddWidened(&got, reference, test, offset)
			want.AddFloat64(wideReference, wideTest, offset)
		}
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}
