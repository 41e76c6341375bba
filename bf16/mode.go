package bf16

import (
	"fmt"

	"bf16lab/internal/nearest"
)

// Mode is a rounding mode.
type Mode uint8

const (
	// NearestEven returns the nearest value; of two equally near ones that with
	// the even code.
	NearestEven Mode = iota
	// TowardZero returns the nearest value that is not larger in magnitude.
	TowardZero
	// Stochastic returns one of the two neighbours, the upper one (in magnitude)
	// with the probability (|x| - lower) / ulp, so that the expected result is x.
	// See [RandomBits] for where the chance comes from.
	Stochastic
)

var modeNames = []string{NearestEven: "nearest-even", TowardZero: "toward-zero", Stochastic: "stochastic"}

// NamedMode returns the mode of that name: nearest-even, toward-zero or
// stochastic. The error names the nearest valid name.
func NamedMode(name string) (Mode, error) {
	for mode, known := range modeNames {
		if normalName(known) == normalName(name) {
			return Mode(mode), nil
		}
	}
	return 0, fmt.Errorf("bf16: unknown rounding mode %q: the nearest is %q", name, nearest.Name(normalName(name), modeNames))
}

// String returns the name of the mode.
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// MarshalText writes the name of the mode.
func (m Mode) MarshalText() ([]byte, error) {
	if int(m) >= len(modeNames) {
		return nil, fmt.Errorf("bf16: no rounding mode %d", uint8(m))
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads what [NamedMode] accepts.
func (m *Mode) UnmarshalText(text []byte) error {
	mode, err := NamedMode(string(text))
	if err != nil {
		return err
	}
	*m = mode
	return nil
}
