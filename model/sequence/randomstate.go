package sequence

import "gonum.org/v1/gonum/mathext/prng"

// randomState is numpy.random.RandomState(seed).
//
// An integer seed below 2^32 goes through init_genrand. A bounded int64 whose range fits into 32 bits takes one 32-bit
// word per attempt, keeps its low bits and rejects what is too large (numpy/random/_bounded_integers.pyx, masked
// rejection); for a power of two nothing is ever rejected, so each draw consumes exactly one word. A float64 takes two
// words: the top 27 bits of the first and the top 26 of the second.
type randomState struct {
	words *prng.MT19937
}

func newRandomState(seed uint32) randomState {
	words := prng.NewMT19937()
	words.Seed(uint64(seed))
	return randomState{words}
}

func (r randomState) bits(n int) uint32 {
	return r.words.Uint32() & (1<<n - 1)
}

func (r randomState) float() float64 {
	high, low := r.words.Uint32()>>5, r.words.Uint32()>>6
	return float64(uint64(high)<<26|uint64(low)) * 0x1p-53
}
