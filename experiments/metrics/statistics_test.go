package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOutlierFraction checks the rule on arrays whose deviation is known.
func TestOutlierFraction(t *testing.T) {
	// 99 differences of 0 and one of 10: mean 0.1, deviation 10 sqrt(0.0099) = 0.995; 10 is 10.05 deviations.
	reference, test := make([]float32, 100), make([]float32, 100)
	test[40] = -10
	for _, c := range []struct{ factor, want float64 }{{5, 0.01}, {10, 0.01}, {10.1, 0}} {
		if got := OutlierFraction(reference, test, c.factor); got != c.want {
			t.Errorf("beyond %g deviations: %g, want %g", c.factor, got, c.want)
		}
	}
	test[41], reference[42] = nan, inf
	if got := OutlierFraction(reference, test, 5); got != 1.0/98 {
		t.Errorf("with two pairs left out: %g, want 1/98", got)
	}
	if got := OutlierFraction([]float32{1, 2, 3}, []float64{2, 3, 4}, 5); got != 0 {
		t.Errorf("without deviation: %g", got)
	}
	if got := OutlierFraction([]float32{}, []float32{}, 5); got != 0 {
		t.Errorf("empty: %g", got)
	}
}

// TestPairedT checks the answers without a natural value and one by hand; TestGolden has the comparison with scipy.
func TestPairedT(t *testing.T) {
	// Differences 1, 2, 3: mean 2, deviation 1, t = 2 sqrt 3; with 2 degrees of freedom p = 1 - t / sqrt(t^2 + 2).
	got := PairedT([]float32{0, 0, 0}, []float32{1, 2, 3})
	p := 1 - 2*math.Sqrt(3)/math.Sqrt(14)
	if got.Pairs != 3 || got.Mean != 2 || got.Deviation != 1 || relative(got.T, 2*math.Sqrt(3)) > 1e-15 || relative(got.P, p) > 1e-12 {
		t.Errorf("%+v, want t %v, p %v", got, 2*math.Sqrt(3), p)
	}
	if got.Biased(BiasLevel) || !got.Biased(0.1) {
		t.Errorf("p %v is judged wrongly", got.P)
	}
	for _, c := range []struct {
		name            string
		reference, test []float32
		t, p            float64
	}{
		{"empty", nil, nil, 0, 1},
		{"single", []float32{1}, []float32{2}, 0, 1},
		{"identical", []float32{1, 2}, []float32{1, 2}, 0, 1},
		{"shifted", []float32{1, 2}, []float32{0, 1}, math.Inf(-1), 0},
		{"one pair finite", []float32{1, nan, inf}, []float32{2, 1, 1}, 0, 1},
	} {
		if got := PairedT(c.reference, c.test); got.T != c.t || got.P != c.p {
			t.Errorf("%s: %+v, want t %v, p %v", c.name, got, c.t, c.p)
		}
	}
}

// TestDraw checks that a draw has the right size, keeps the order, repeats nothing, repeats itself, and favours no place.
func TestDraw(t *testing.T) {
	const n, k = 100_000, 30_000
	values := func() []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(i)
		}
		return v
	}
	drawn := draw(values(), k)
	if len(drawn) != k || !slices.IsSorted(drawn) || len(slices.Compact(slices.Clone(drawn))) != k {
		t.Fatalf("%d values drawn, sorted %v", len(drawn), slices.IsSorted(drawn))
	}
	if !slices.Equal(drawn, draw(values(), k)) {
		t.Error("the second draw differs from the first")
	}
	for part := range 10 {
		inside := 0
		for _, x := range drawn {
			if int(x)/(n/10) == part {
				inside++
			}
		}
		if inside < 2750 || inside > 3250 { // 3,000 expected, deviation below 46
			t.Errorf("%d of %d drawn from part %d", inside, k, part)
		}
	}
}

// TestPairedTLarge checks that large arrays are cut to a million pairs and a small bias is still found.
func TestPairedTLarge(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	reference, test := make([]float32, 1_200_000), make([]float32, 1_200_000)
	for i := range test {
		test[i] = float32(random.NormFloat64() + 0.005) // five deviations of the mean
	}
	if got := PairedT(reference, test); got.Pairs != maxPairs || !got.Biased(BiasLevel) || got.Mean < 0.001 || got.Mean > 0.009 {
		t.Errorf("%+v", got)
	}
}
