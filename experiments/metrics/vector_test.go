package metrics

import (
	"math"
	"math/rand/v2"
	"testing"
)

// withoutVectors runs f with the plain Go definitions.
func withoutVectors(f func()) {
	defer func(before bool) { vectors = before }(vectors)
	vectors = false
	f()
}

// comparedArrays returns n pairs: similar, identical in places, of mixed magnitude, and, if special, not always finite.
func comparedArrays(r *rand.Rand, n int, special bool) (reference, test []float32) {
	reference, test = make([]float32, n), make([]float32, n)
	relative := math.Exp2(float64(r.IntN(30) - 24))
	for i := range reference {
		x := r.NormFloat64() * math.Exp2(float64(r.IntN(20)-10))
		reference[i] = float32(x)
		test[i] = float32(x * (1 + relative*r.NormFloat64()))
		switch r.IntN(12) {
		case 0:
			test[i] = reference[i]
		case 1:
			test[i] = -test[i]
		case 2:
			reference[i] = math.Float32frombits(r.Uint32() &^ (1 << 30)) // below 2, subnormals too
		case 3:
			test[i] = math.Float32frombits(r.Uint32() &^ 0xffff &^ (1 << 30))
		}
		if special && r.IntN(700) == 0 {
			[][]float32{reference, test}[r.IntN(2)][i] = []float32{nan, inf, -inf, math.MaxFloat32}[r.IntN(4)]
		}
	}
	if r.IntN(3) == 0 {
		copy(test[n/3:], reference[n/3:n/3+n/4])
	}
	return reference, test
}

// TestVectors: the vector kernels gather what the plain Go code gathers, bit for bit.
func TestVectors(t *testing.T) {
	if !vectors {
		t.Skip("no vector kernels on this machine or in this build")
	}
	r := rand.New(rand.NewPCG(31, 32))
	for trial := range 300 {
		n := r.IntN(6000)
		reference, test := comparedArrays(r, n, trial%3 == 0)
		offset := int64(r.IntN(1 << 20))
		var got, want Accumulator
		got.Add(reference, test, offset)
		withoutVectors(func() { want.Add(reference, test, offset) })
		if got != want {
			t.Fatalf("%d elements:\ngot  %+v\nwant %+v", n, got, want)
		}
		digest := DigestOf(test, offset)
		withoutVectors(func() {
			if want := DigestOf(test, offset); digest != want {
				t.Fatalf("%d elements: digest %v, want %v", n, digest, want)
			}
		})
	}
}

// TestVectorScatter: the vector kernel counts what the plain Go code counts, also where float32 cannot tell the exponent of an error.
func TestVectorScatter(t *testing.T) {
	if !vectors {
		t.Skip("no vector kernels on this machine or in this build")
	}
	r := rand.New(rand.NewPCG(33, 34))
	for trial := range 300 {
		n := r.IntN(3000)
		reference, test := comparedArrays(r, n, trial%3 == 0)
		for i := range reference {
			switch r.IntN(200) {
			case 0: // the difference is just below a power of two, or rounds to it
				reference[i], test[i] = 1, float32(math.Ldexp(1, -r.IntN(80)))
			case 1:
				reference[i], test[i] = math.MaxFloat32, -math.MaxFloat32/float32(1+r.IntN(3))
			case 2:
				reference[i], test[i] = math.Float32frombits(r.Uint32N(8)), math.Float32frombits(r.Uint32N(8))
			}
		}
		var got, want Scatter
		for range 2 { // what is left in the tables would be counted the second time
			got.Add(reference, test)
			withoutVectors(func() { want.Add(reference, test) })
		}
		if got != want {
			t.Fatalf("%d elements are counted differently", n)
		}
	}
}

// TestVectorBytes: digests of truth values do not depend on the kernel.
func TestVectorBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	for range 100 {
		values, offset := make([]uint8, r.IntN(100)), r.Int64N(1<<40)
		for i := range values {
			values[i] = uint8(r.Uint32())
		}
		got := DigestOf(values, offset)
		withoutVectors(func() {
			if want := DigestOf(values, offset); got != want {
				t.Fatalf("%d bytes: digest %v, want %v", len(values), got, want)
			}
		})
	}
}
