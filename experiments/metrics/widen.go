package metrics

import "fmt"

// Value is an element type that widens to float64 without loss.
type Value interface {
	float32 | float64 | int32 | uint32 | uint8 | bool
}

// AddWidened is Accumulator.AddFloat64 for any two element types, widened: for bool (false is 0, true is 1), integers, and
// sides of different types, for example a float32 reference with a float64 test.
func AddWidened[R, T Value](a *Accumulator, reference []R, test []T, offset int64) {
	if len(reference) != len(test) {
		panic(fmt.Sprintf("metrics: reference has %d elements, test has %d", len(reference), len(test)))
	}
	if reference, ok := any(reference).([]bool); ok {
		if test, ok := any(test).([]bool); ok {
			a.addTruth(reference, test, offset)
			return
		}
	}
	var r, t [16 * blockSize]float64
	for len(reference) > 0 {
		n := min(len(reference), len(r))
		Widen(r[:n], reference[:n])
		Widen(t[:n], test[:n])
		a.AddFloat64(r[:n], t[:n], offset)
		reference, test, offset = reference[n:], test[n:], offset+int64(n)
	}
}

// Widen copies values to float64, exactly. It panics if the lengths differ.
func Widen[T Value](to []float64, from []T) {
	if len(to) != len(from) {
		panic(fmt.Sprintf("metrics: cannot widen %d elements into %d", len(from), len(to)))
	}
	switch from := any(from).(type) {
	case []float32:
		widen(to, from)
	case []float64:
		copy(to, from)
	case []int32:
		widen(to, from)
	case []uint32:
		widen(to, from)
	case []uint8:
		widen(to, from)
	case []bool:
		for i, x := range from {
			to[i] = 0
			if x {
				to[i] = 1
			}
		}
	}
}

func widen[T float32 | int32 | uint32 | uint8](to []float64, from []T) {
	for i, x := range from {
		to[i] = float64(x)
	}
}
