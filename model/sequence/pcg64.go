package sequence

import "math/bits"

// pcg64 is numpy.random.default_rng(seed).
//
// A 128-bit linear congruential generator with the output function XSL-RR (O'Neill, "PCG", HMC-CS-2014-0905). A bounded
// int64 whose range fits into 32 bits takes a 32-bit word by Lemire's multiplication, which for a power of two keeps the
// top bits and never rejects. Two such words share one 64-bit output, the low half first; a float64 takes a whole output
// (its top 53 bits) and leaves a waiting half in place.
type pcg64 struct {
	state, increment uint128
	waiting          uint32 // the high half of the last output that was split
	hasWaiting       bool
}

// uint128 is an unsigned integer modulo 2^128.
type uint128 struct{ high, low uint64 }

// multiplier of the linear congruential generator.
var multiplier = uint128{0x2360ed051fc65da4, 0x4385df649fccf645}

func (a uint128) add(b uint128) uint128 {
	low, carry := bits.Add64(a.low, b.low, 0)
	high, _ := bits.Add64(a.high, b.high, carry)
	return uint128{high, low}
}

func (a uint128) mul(b uint128) uint128 {
	high, low := bits.Mul64(a.low, b.low)
	return uint128{high + a.high*b.low + a.low*b.high, low}
}

func newPCG64(seed uint32) *pcg64 {
	words := seedSequence(seed)
	increment := uint128{words[2]<<1 | words[3]>>63, words[3]<<1 | 1}
	state := increment.add(uint128{words[0], words[1]}) // one step from zero, then the seed
	p := &pcg64{state: state, increment: increment}
	p.step()
	return p
}

func (p *pcg64) step() {
	p.state = p.state.mul(multiplier).add(p.increment)
}

// next returns the next 64 bits.
func (p *pcg64) next() uint64 {
	p.step()
	return bits.RotateLeft64(p.state.high^p.state.low, -int(p.state.high>>58))
}

func (p *pcg64) bits(n int) uint32 {
	word := p.waiting
	if p.hasWaiting = !p.hasWaiting; p.hasWaiting {
		both := p.next()
		word, p.waiting = uint32(both), uint32(both>>32)
	}
	return uint32(uint64(word) << n >> 32)
}

func (p *pcg64) float() float64 {
	return float64(p.next()>>11) * 0x1p-53
}

// seedSequence returns numpy.random.SeedSequence(seed).generate_state(4, uint64) for a seed of one 32-bit word, an
// entropy mixing function after O'Neill's seed_seq_fe ("Developing a seed_seq Alternative", 2015).
func seedSequence(seed uint32) [4]uint64 {
	const (
		initA, multA = 0x43b0d7e5, 0x931e8875
		initB, multB = 0x8b51f9dd, 0x58f38ded
		mixL, mixR   = 0xca01f9dd, 0x4973f715
	)
	hasher := func(constant, multiplier uint32) func(uint32) uint32 {
		return func(value uint32) uint32 {
			value ^= constant
			constant *= multiplier
			value *= constant
			return value ^ value>>16
		}
	}

	pool := [4]uint32{seed}
	hash := hasher(initA, multA)
	for i := range pool {
		pool[i] = hash(pool[i])
	}
	for source := range pool {
		for target := range pool {
			if source != target {
				mixed := pool[target]*mixL - hash(pool[source])*mixR
				pool[target] = mixed ^ mixed>>16
			}
		}
	}

	var state [4]uint64
	hash = hasher(initB, multB)
	for i := range 8 {
		state[i/2] |= uint64(hash(pool[i%4])) << (32 * (i % 2))
	}
	return state
}
