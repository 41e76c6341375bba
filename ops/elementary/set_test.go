package elementary

import (
	"math"
	"testing"
)

// TestSlice checks that the loops are the functions, in place too.
func TestSlice(t *testing.T) {
	x := array[uint32](t, "unary_f32_samples.npz", "input")[28000:38000] // half any bits, half activations
	for _, set := range []Set{XLACPU, Exact} {
		for _, f := range append(functions(set), named{"logistic of bfloat16", set.LogisticBFloat16}) {
			src, dst := make([]float32, len(x)), make([]float32, len(x))
			for i, b := range x {
				src[i] = math.Float32frombits(b)
			}
			f.Slice(dst, src)
			for i, v := range src {
				if want := f.Value(v); !same(dst[i], want) {
					t.Fatalf("%s %s: Slice gives %x for %x, Value %x", set.Name, f.name, dst[i], v, want)
				}
			}
			f.Slice(src, src)
			for i := range src {
				if !same(src[i], dst[i]) {
					t.Fatalf("%s %s: in place %x at %d, want %x", set.Name, f.name, src[i], i, dst[i])
				}
			}
		}
	}
}

func TestSliceLengths(t *testing.T) {
	check := func(name string, f func()) {
		defer func() {
			if recover() == nil {
				t.Errorf("%s: no panic for different lengths", name)
			}
		}()
		f()
	}
	for _, set := range []Set{XLACPU, Exact} {
		for _, f := range functions(set) {
			check(set.Name+" "+f.name, func() { f.Slice(make([]float32, 2), make([]float32, 3)) })
		}
	}
	for _, f := range functions64(Float64) {
		check(Float64.Name, func() { f.Slice(make([]float64, 3), make([]float64, 2)) })
	}
}

// TestSetsComplete checks that no field of a set was forgotten: functions lists all of them, and none is nil.
func TestSetsComplete(t *testing.T) {
	for _, set := range []Set{XLACPU, Exact} {
		for _, f := range append(functions(set), named{"logistic of bfloat16", set.LogisticBFloat16}) {
			if f.Value == nil || f.Slice == nil {
				t.Errorf("%s has no %s", set.Name, f.name)
			}
		}
		if set.Pow == nil || set.Name == "" {
			t.Errorf("%s is incomplete", set.Name)
		}
	}
}
