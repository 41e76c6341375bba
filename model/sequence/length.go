package sequence

import (
	"fmt"
	"math"
)

// LengthUnit is what the length of a model input must be a multiple of: the resolution of the pairwise path.
const LengthUnit = 2048

// ValidLength returns nil if n is a positive multiple of LengthUnit, and otherwise an error that names the nearest valid
// lengths below and above.
func ValidLength(n int) error {
	if n > 0 && n%LengthUnit == 0 {
		return nil
	}
	below := n - n%LengthUnit
	switch {
	case n < LengthUnit:
		return fmt.Errorf("sequence: length %d is not a positive multiple of %d; the nearest valid length is %d", n, LengthUnit, LengthUnit)
	case below > math.MaxInt-LengthUnit:
		return fmt.Errorf("sequence: length %d is not a multiple of %d; the nearest valid length is %d", n, LengthUnit, below)
	}
	return fmt.Errorf("sequence: length %d is not a multiple of %d; the nearest valid lengths are %d and %d", n, LengthUnit, below, below+LengthUnit)
}
