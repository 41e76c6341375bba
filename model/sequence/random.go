package sequence

import (
	"fmt"
	"math"
)

// Random returns the sequence numpy.random.RandomState(seed).randint(0, 4, (1, length)), bit for bit.
//
// It is the input of the reference runs (seed 42). The seed must fit into 32 bits and the length into MaxLength.
func Random(seed uint64, length int) (*Sequence, error) {
	if seed > math.MaxUint32 {
		return nil, fmt.Errorf("sequence: random: seed %d is above %d, the largest that numpy's RandomState takes", seed, uint32(math.MaxUint32))
	}
	if err := checkLength(length); err != nil {
		return nil, fmt.Errorf("sequence: random: %w", err)
	}
	s := draw(newRandomState(uint32(seed)), length)
	s.Source = fmt.Sprintf("random, numpy.random.RandomState(%d).randint(0, 4, (1, %d))", seed, length)
	return s, nil
}

// draw returns length bases that are equally likely to be A, C, G and T.
func draw(r generator, length int) *Sequence {
	codes := make([]uint8, length)
	for i := range codes {
		codes[i] = uint8(r.bits(2))
	}
	return &Sequence{Codes: codes}
}
