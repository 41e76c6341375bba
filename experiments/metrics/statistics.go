package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// OutlierFactor is the seed's number of standard deviations beyond which an error is an outlier.
const OutlierFactor = 5

// OutlierFraction returns the share of the finite pairs whose |test - reference| exceeds factor times the standard deviation
// of |test - reference|, 0 if that deviation is below 1e-12.
//
// The rule is the seed's, oddity included: the deviation (of the population) is taken about the mean of the absolute
// differences, but the limit is measured from zero, so that the share says how heavy the tail is and not how large the
// errors are. It panics if the lengths differ.
func OutlierFraction[R, T float32 | float64](reference []R, test []T, factor float64) float64 {
	magnitudes := differences(reference, test)
	for i, d := range magnitudes {
		magnitudes[i] = math.Abs(d)
	}
	if len(magnitudes) == 0 {
		return 0
	}
	deviation := stat.PopStdDev(magnitudes, nil)
	if deviation < negligible {
		return 0
	}
	outliers := 0
	for _, d := range magnitudes {
		if d > factor*deviation {
			outliers++
		}
	}
	return float64(outliers) / float64(len(magnitudes))
}

// BiasLevel is the significance level that the seed used for its test of systematic bias.
const BiasLevel = 0.01

// maxPairs is the seed's limit on the number of pairs of the t-test; of more, as many are drawn.
const maxPairs = 1_000_000

// PairedTest is the outcome of a paired t-test for a mean difference of zero.
type PairedTest struct {
	Pairs     int     // finite pairs that were used
	Mean      float64 // of test - reference
	Deviation float64 // of test - reference, of the sample
	T         float64 // Mean sqrt(Pairs) / Deviation
	P         float64 // two-sided, Student's t with Pairs - 1 degrees of freedom
}

// Biased reports whether the mean differs from zero at a significance level. With a million pairs a mean of a
// three-hundredth of the deviation is significant: read Mean as well.
func (t PairedTest) Biased(level float64) bool {
	return t.P < level
}

// PairedT returns the paired t-test of the finite pairs. Of more than 1,000,000 of them it uses 1,000,000, drawn without
// replacement by a generator with seed 42 (the seed drew as many, with numpy's stream). Fewer than two pairs, and pairs
// without any difference, have T 0 and P 1; a difference that is the same everywhere has T infinite and P 0. It panics if the
// lengths differ.
func PairedT[R, T float32 | float64](reference []R, test []T) PairedTest {
	d := differences(reference, test)
	if len(d) > maxPairs {
		d = draw(d, maxPairs)
	}
	result := PairedTest{Pairs: len(d), P: 1}
	if len(d) == 0 {
		return result
	}
	result.Mean = stat.Mean(d, nil)
	if len(d) == 1 {
		return result
	}
	result.Mean, result.Deviation = stat.MeanStdDev(d, nil)
	if result.Mean == 0 {
		return result
	}
	result.T = result.Mean / (result.Deviation / math.Sqrt(float64(len(d))))
	student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(d) - 1)}
	result.P = 2 * student.CDF(-math.Abs(result.T))
	return result
}

// differences returns test - reference at the finite pairs.
func differences[R, T float32 | float64](reference []R, test []T) []float64 {
	if len(reference) != len(test) {
		panic(fmt.Sprintf("metrics: reference has %d elements, test has %d", len(reference), len(test)))
	}
	d := make([]float64, 0, len(reference))
	for i, r := range reference {
		if t := test[i]; r-r == 0 && t-t == 0 {
			d = append(d, float64(t)-float64(r))
		}
	}
	return d
}

// draw keeps n of the values, each choice of n equally likely, in their order (Knuth, volume 2, algorithm 3.4.2 S). It
// overwrites the slice.
func draw(values []float64, n int) []float64 {
	random := rand.New(rand.NewPCG(42, 0))
	kept := values[:0]
	for i, x := range values {
		if random.Float64()*float64(len(values)-i) < float64(n-len(kept)) {
			kept = append(kept, x)
		}
	}
	return kept
}
