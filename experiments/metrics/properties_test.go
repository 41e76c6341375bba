package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// drawPair draws two arrays of one length, up to three blocks long, in which all kinds of values and of differences occur.
func drawPair(t *rapid.T, nonFinite bool) (reference, test []float32) {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	n := rapid.IntRange(0, 3*blockSize).Draw(t, "length")
	scale := math.Ldexp(1, rapid.IntRange(-60, 60).Draw(t, "scale"))
	mean := rapid.SampledFrom([]float64{0, 0, 1, -1000}).Draw(t, "mean")
	noise := math.Ldexp(1, rapid.IntRange(-30, 3).Draw(t, "noise"))
	special := rapid.SampledFrom([]float64{0, 0.01, 0.5}).Draw(t, "special")
	odd := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0x1p-149, -0x1p-130, 1e10, math.MaxFloat32}
	if nonFinite {
		odd = append(odd, nan, inf, -inf, math.Float32frombits(0xffc12345))
	}
	reference, test = make([]float32, n), make([]float32, n)
	for i := range reference {
		r := scale * (mean + random.NormFloat64())
		reference[i], test[i] = float32(r), float32(r+scale*noise*random.NormFloat64())
		if random.Float64() < special {
			reference[i] = odd[random.IntN(len(odd))]
		}
		if random.Float64() < special {
			test[i] = odd[random.IntN(len(odd))]
		}
		if random.IntN(4) == 0 {
			test[i] = reference[i]
		}
	}
	return reference, test
}

// cut draws a way to cut n elements into chunks.
func cut(t *rapid.T, n int) []int {
	ends := rapid.SliceOfN(rapid.IntRange(0, n), 0, 5).Draw(t, "cuts")
	ends = append(ends, n)
	slices.Sort(ends)
	return ends
}

// exact are the options that compare counts, maxima, indices and shares exactly and leave out what is summed.
var exact = cmp.Options{cmpopts.EquateNaNs(),
	cmpopts.IgnoreFields(Metrics{}, "RelativeL2", "MeanAbsolute", "Bias", "Pearson", "Cosine"),
	cmpopts.IgnoreFields(Side{}, "Mean", "L2")}

// sameSums checks that what is summed agrees within the rounding error of two orders of summation.
func sameSums(t *rapid.T, got, want Metrics) {
	t.Helper()
	const bound = 1e-12 // 768 elements; a sum of n terms is off by less than n 2^-53 times the sum of magnitudes
	check := func(name string, got, want, scale float64) {
		t.Helper()
		if !(math.Abs(got-want) <= bound*scale) && !(math.IsNaN(got) && math.IsNaN(want)) && got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	check("relative L2", got.RelativeL2, want.RelativeL2, want.RelativeL2)
	check("mean absolute", got.MeanAbsolute, want.MeanAbsolute, want.MeanAbsolute)
	check("bias", got.Bias, want.Bias, want.MeanAbsolute)
	check("reference L2", got.Reference.L2, want.Reference.L2, want.Reference.L2)
	check("test L2", got.Test.L2, want.Test.L2, want.Test.L2)
	root := math.Sqrt(float64(max(1, want.Compared)))
	check("reference mean", got.Reference.Mean, want.Reference.Mean, want.Reference.L2/root)
	check("test mean", got.Test.Mean, want.Test.Mean, want.Test.L2/root)
	check("cosine", got.Cosine, want.Cosine, 1)
}

// TestChunks: cutting, merging and appending give the counts of one pass exactly and its sums up to rounding; Pearson too
// where the deviations are not lost beside the means.
func TestChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		want := compare(reference, test)
		var merged, appended Accumulator
		start := 0
		for _, end := range cut(t, len(reference)) {
			var a Accumulator
			a.Add(reference[start:end], test[start:end], int64(start))
			merged.Merge(&a)
			appended.Add(reference[start:end], test[start:end], int64(start))
			start = end
		}
		for _, got := range []Metrics{merged.Result(), appended.Result()} {
			if diff := cmp.Diff(want, got, exact); diff != "" {
				t.Errorf("counts (-one pass +chunks):\n%s", diff)
			}
			sameSums(t, got, want)
			if !(math.Abs(got.Pearson-want.Pearson) <= 1e-9) && !math.IsNaN(want.Pearson) {
				t.Errorf("Pearson %v in chunks, %v in one pass", got.Pearson, want.Pearson)
			}
		}
	})
}

// TestChunkOrder: merging in another order changes no count, maximum or index.
func TestChunkOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		var chunks []*Accumulator
		start := 0
		for _, end := range cut(t, len(reference)) {
			a := new(Accumulator)
			a.Add(reference[start:end], test[start:end], int64(start))
			chunks, start = append(chunks, a), end
		}
		var merged Accumulator
		for _, a := range rapid.Permutation(chunks).Draw(t, "order") {
			merged.Merge(a)
		}
		if diff := cmp.Diff(compare(reference, test), merged.Result(), exact); diff != "" {
			t.Errorf("(-in order +in another):\n%s", diff)
		}
	})
}

// TestBlocks: chunks that end where blocks end give the bits of one pass, and so does an empty chunk in between.
func TestBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		var a Accumulator
		for start := 0; start < len(reference); start += blockSize {
			end := min(start+blockSize, len(reference))
			a.Add(reference[start:end], test[start:end], int64(start))
			a.Add(nil, nil, int64(end))
			a.Merge(new(Accumulator))
		}
		if diff := cmp.Diff(compare(reference, test), a.Result(), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("(-one pass +blocks):\n%s", diff)
		}
	})
}

// TestFirstMerge: merging into an empty accumulator copies, bit by bit.
func TestFirstMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, b Accumulator
		reference, test := drawPair(t, true)
		a.Add(reference, test, 5)
		b.Merge(&a)
		if a != b {
			t.Errorf("%+v became %+v", a, b)
		}
	})
}

// TestFloat64 checks that widened values give the bits that float32 values give, on the other kernel.
func TestFloat64(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		var a, b Accumulator
		r, u := make([]float64, len(reference)), make([]float64, len(test))
		Widen(r, reference)
		Widen(u, test)
		a.AddFloat64(r, u, 0)
		AddWidened(&b, reference, u, 0)
		want := compare(reference, test)
		for _, got := range []Metrics{a.Result(), b.Result()} {
			if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("(-float32 +float64):\n%s", diff)
			}
		}
	})
}

// TestSymmetry: swapping the sides negates the bias and changes nothing that treats both alike.
func TestSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		forth, back := compare(reference, test), compare(test, reference)
		back.Bias = -back.Bias
		back.Reference, back.Test = back.Test, back.Reference
		asymmetric := cmpopts.IgnoreFields(Metrics{}, "RelativeL2", "RelativeLinf", "Within", "WithinStrict", "Pearson")
		if diff := cmp.Diff(forth, back, asymmetric, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("(-forth +back):\n%s", diff)
		}
		constant := forth.Pearson == 0 || forth.Pearson == 1 // that rule looks at one side
		if forth.Pearson != back.Pearson && !constant && !math.IsNaN(forth.Pearson) {
			t.Errorf("Pearson %v forth, %v back", forth.Pearson, back.Pearson)
		}
	})
}

// TestPermutation: the order of the elements changes no count and no maximum, and sums only by rounding.
func TestPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0)).Perm(len(reference))
		r, u := make([]float32, len(reference)), make([]float32, len(test))
		for i, j := range order {
			r[i], u[i] = reference[j], test[j]
		}
		want, got := compare(reference, test), compare(r, u)
		places := cmp.Options{cmpopts.IgnoreFields(Metrics{}, "MaxAbsoluteIndex"), cmpopts.IgnoreFields(Side{}, "FirstAt")}
		if diff := cmp.Diff(want, got, exact, places); diff != "" {
			t.Errorf("counts (-before +after):\n%s", diff)
		}
		sameSums(t, got, want)
	})
}

// TestOracle compares with the definitions, written out element by element without blocks or fast paths.
func TestOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reference, test := drawPair(t, true)
		want := oracle(reference, test)
		got := compare(reference, test)
		if want.Compared == 0 {
			return // TestDefined has these
		}
		if diff := cmp.Diff(want, got, exact); diff != "" {
			t.Errorf("counts (-oracle +got):\n%s", diff)
		}
		sameSums(t, got, want)
	})
}

// oracle computes the metrics from their definitions; Pearson is left out.
func oracle(reference, test []float32) Metrics {
	m := Metrics{Elements: int64(len(reference)), MaxAbsoluteIndex: -1, Reference: Side{FirstAt: -1}, Test: Side{FirstAt: -1}}
	var within [5]float64
	var square, identical, product float64
	for i := range reference {
		x, y := float64(reference[i]), float64(test[i])
		finite := oracleSide(&m.Reference, x, i)
		finite = oracleSide(&m.Test, y, i) && finite
		if math.Float32bits(reference[i]) == math.Float32bits(test[i]) || math.IsNaN(x) && math.IsNaN(y) {
			identical++
		}
		if !finite {
			continue
		}
		m.Compared++
		d := y - x
		square += d * d
		product += x * y
		m.MeanAbsolute += math.Abs(d)
		m.Bias += d
		m.Reference.Mean += x
		m.Test.Mean += y
		m.Reference.L2 += x * x
		m.Test.L2 += y * y
		if math.Abs(d) > m.MaxAbsolute {
			m.MaxAbsolute, m.MaxAbsoluteIndex = math.Abs(d), int64(i)
		}
		for j, tolerance := range []float64{1e-4, 1e-3, 1e-2, 5e-2, 1e-1} {
			if math.Abs(d) <= float64(tolerance*(1+math.Abs(x))) {
				within[j]++
			}
		}
		distance := max(place(reference[i])-place(test[i]), place(test[i])-place(reference[i]))
		bin := 0
		for bin+1 < UlpBinCount && UlpBins[bin+1] <= distance {
			bin++
		}
		m.UlpHistogram[bin]++
		m.MaxUlp = max(m.MaxUlp, distance)
	}
	n := float64(m.Compared)
	m.Reference.L2, m.Test.L2 = math.Sqrt(m.Reference.L2), math.Sqrt(m.Test.L2)
	m.RelativeL2, m.RelativeLinf = ratio(math.Sqrt(square), m.Reference.L2), ratio(m.MaxAbsolute, m.Reference.Max)
	m.MeanAbsolute, m.Bias, m.Reference.Mean, m.Test.Mean = m.MeanAbsolute/n, m.Bias/n, m.Reference.Mean/n, m.Test.Mean/n
	m.Within, m.WithinStrict = [3]float64{within[2] / n, within[3] / n, within[4] / n}, [2]float64{within[1] / n, within[0] / n}
	m.BitIdentical = identical / float64(m.Elements)
	switch small := m.Reference.L2 < 1e-12; {
	case small != (m.Test.L2 < 1e-12):
		m.Cosine = 0
	case small:
		m.Cosine = 1
	default:
		m.Cosine = product / (m.Reference.L2 * m.Test.L2)
	}
	return m
}

func oracleSide(s *Side, x float64, i int) bool {
	switch {
	case math.IsNaN(x):
		s.NaN++
	case math.IsInf(x, 1):
		s.PosInf++
	case math.IsInf(x, -1):
		s.NegInf++
	default:
		s.Max = max(s.Max, math.Abs(x))
		return true
	}
	if s.FirstAt < 0 {
		s.FirstAt = int64(i)
	}
	return false
}
