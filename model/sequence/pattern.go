package sequence

import (
	"fmt"
	"strings"

	"bf16lab/internal/nearest"
)

// patterns holds the 13 patterns in the seed's order, each with the function that makes it.
var patterns = []struct {
	name string
	make func(g Generator, length int) *Sequence
}{
	{"random_seed_42", randomPattern(42)},
	{"random_seed_123", randomPattern(123)},
	{"random_seed_456", randomPattern(456)},
	{"homopolymer_A", repeated("A")},
	{"homopolymer_C", repeated("C")},
	{"homopolymer_G", repeated("G")},
	{"homopolymer_T", repeated("T")},
	{"alternating_AT", repeated("AT")},
	{"alternating_GC", repeated("GC")},
	{"alternating_ACGT", repeated("ACGT")},
	{"gc_rich", rich("CG", "AT")},
	{"at_rich", rich("AT", "CG")},
	{"half_and_half", halfAndHalf},
}

// Patterns returns the names of the 13 patterns in the order of the seed's test suite.
func Patterns() []string {
	names := make([]string, len(patterns))
	for i, p := range patterns {
		names[i] = p.name
	}
	return names
}

// Pattern returns one of the 13 patterns of the seed's test suite, at any length up to MaxLength.
//
//	random_seed_{42,123,456}          each base equally likely
//	homopolymer_{A,C,G,T}             one letter
//	alternating_{AT,GC,ACGT}          the letters repeated
//	gc_rich, at_rich                  seed 42; per base a float in [0, 1) and then a choice of two: below 0.8 of C G
//	                                  (A T for at_rich), otherwise of A T (C G)
//	half_and_half                     length/2 (rounded down) times A, then T
//
// g is the numpy stream of the five patterns that draw. RandomState is the stream of Random; DefaultRNG is what the
// seed's suite draws these patterns from (tests/verification_utils.py of XinmingTu/alphagenome at cfcda1e), so it gives
// that suite's inputs base for base. The error for an unknown name says which is nearest.
func Pattern(name string, length int, g Generator) (*Sequence, error) {
	if err := checkLength(length); err != nil {
		return nil, fmt.Errorf("sequence: pattern %s: %w", name, err)
	}
	for _, p := range patterns {
		if p.name != name {
			continue
		}
		s := p.make(g, length)
		s.Source = fmt.Sprintf("pattern %s, %d bases", name, length)
		if strings.HasPrefix(name, "random") || strings.HasSuffix(name, "rich") {
			s.Source += ", numpy.random." + g.String()
		}
		return s, nil
	}
	return nil, fmt.Errorf("sequence: no pattern %q; the nearest name is %q", name, nearest.Name(name, Patterns()))
}

func randomPattern(seed uint32) func(Generator, int) *Sequence {
	return func(g Generator, length int) *Sequence {
		return draw(g.seeded(seed), length)
	}
}

func repeated(unit string) func(Generator, int) *Sequence {
	return func(_ Generator, length int) *Sequence {
		codes := make([]uint8, length)
		for i := range codes {
			codes[i] = codeOf[unit[i%len(unit)]]
		}
		return &Sequence{Codes: codes}
	}
}

// rich draws from the common pair with probability 0.8 and from the rare pair otherwise.
func rich(common, rare string) func(Generator, int) *Sequence {
	return func(g Generator, length int) *Sequence {
		const fraction, seed = 0.8, 42
		r := g.seeded(seed)
		codes := make([]uint8, length)
		for i := range codes {
			pair := rare
			if r.float() < fraction {
				pair = common
			}
			codes[i] = codeOf[pair[r.bits(1)]]
		}
		return &Sequence{Codes: codes}
	}
}

func halfAndHalf(_ Generator, length int) *Sequence {
	codes := make([]uint8, length)
	for i := length / 2; i < length; i++ {
		codes[i] = codeOf['T']
	}
	return &Sequence{Codes: codes}
}
