package sequence

import (
	"fmt"

	"bf16lab/internal/nearest"
)

// Generator names one of numpy's two random streams.
type Generator int

const (
	// RandomState is numpy.random.RandomState(seed), the legacy stream: MT19937 seeded by init_genrand.
	RandomState Generator = iota
	// DefaultRNG is numpy.random.default_rng(seed): PCG64 (XSL-RR 128/64) seeded through SeedSequence.
	DefaultRNG
)

var generatorNames = []string{"RandomState", "default_rng"}

// String returns numpy's name of the stream: "RandomState" or "default_rng".
func (g Generator) String() string {
	if g < 0 || int(g) >= len(generatorNames) {
		return fmt.Sprintf("Generator(%d)", int(g))
	}
	return generatorNames[g]
}

// ParseGenerator returns the stream with that name. The error for an unknown name says which is nearest.
func ParseGenerator(name string) (Generator, error) {
	for i, known := range generatorNames {
		if name == known {
			return Generator(i), nil
		}
	}
	return 0, fmt.Errorf("sequence: no generator %q; the nearest name is %q", name, nearest.Name(name, generatorNames))
}

// seeded starts the stream.
func (g Generator) seeded(seed uint32) generator {
	switch g {
	case RandomState:
		return newRandomState(seed)
	case DefaultRNG:
		return newPCG64(seed)
	}
	panic("sequence: unknown " + g.String())
}

// generator is what a pattern needs of a stream, with numpy's consumption of words.
type generator interface {
	// bits returns an integer in [0, 2^n) as numpy draws it for randint(0, 2^n), integers(0, 2^n) and choice(2^n items).
	bits(n int) uint32
	// float returns a float64 in [0, 1) with 53 random bits, numpy's random().
	float() float64
}
