package metrics

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// compare returns the metrics of two whole arrays.
func compare(reference, test []float32) Metrics {
	var a Accumulator
	a.Add(reference, test, 0)
	return a.Result()
}

// TestByHand compares three pairs whose every figure has been worked out on paper.
func TestByHand(t *testing.T) {
	got := compare([]float32{3, 4, 0}, []float32{3, 2, 1})
	want := Metrics{
		Elements: 3, Compared: 3,
		RelativeL2:       math.Sqrt(5) / 5, // differences 0, -2, 1
		RelativeLinf:     0.5,
		MeanAbsolute:     1,
		MaxAbsolute:      2,
		Bias:             -1.0 / 3,
		Within:           [3]float64{1.0 / 3, 1.0 / 3, 1.0 / 3},
		WithinStrict:     [2]float64{1.0 / 3, 1.0 / 3},
		BitIdentical:     1.0 / 3,
		UlpHistogram:     [UlpBinCount]int64{0: 1, 8: 1, 11: 1}, // 4 to 2 is one octave, 128 ulps; 0 to 1 is 0x3f80
		MaxUlp:           0x3f80,
		Reference:        Side{Mean: 7.0 / 3, Max: 4, L2: 5, FirstAt: -1},
		Test:             Side{Mean: 2, Max: 3, L2: math.Sqrt(14), FirstAt: -1},
		Pearson:          3 / math.Sqrt(26.0/3*2), // about the means: 2/3, 5/3, -7/3 and 1, 0, -1
		Cosine:           17 / (5 * math.Sqrt(14)),
		MaxAbsoluteIndex: 1,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-15, 0)); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

// TestTolerances puts differences on both sides of t + t |reference| for each tolerance.
func TestTolerances(t *testing.T) {
	for i, tolerance := range []float64{1e-4, 1e-3, 1e-2, 5e-2, 1e-1} {
		var a Accumulator
		limit := tolerance * (1 + 3)
		a.AddFloat64([]float64{3, -3, 3, 3}, []float64{3 + 0.99*limit, -3 - 0.99*limit, 3 + 1.01*limit, 3 - 1.01*limit}, 0)
		for j, outside := range a.outside {
			want := int64(4)
			if j == i {
				want = 2
			} else if j > i {
				want = 0
			}
			if outside != want {
				t.Errorf("differences about %g: %d outside tolerance %d, want %d", tolerance, outside, j, want)
			}
		}
		m := a.Result()
		if got := m.share(tolerance); got != 0.5 {
			t.Errorf("share within %g is %g, want 0.5", tolerance, got)
		}
	}
}

// TestDefined checks the answers that the package comment defines.
func TestDefined(t *testing.T) {
	ones := [3]float64{1, 1, 1}
	strict := [2]float64{1, 1}
	undefined := math.NaN()
	for _, c := range []struct {
		name            string
		reference, test []float32
		want            Metrics
	}{
		{"empty", nil, nil, Metrics{
			MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 1, Pearson: 1, Cosine: 1,
			Reference: Side{FirstAt: -1}, Test: Side{FirstAt: -1},
		}},
		{"zero and zero", []float32{0, 0}, []float32{0, 0}, Metrics{
			Elements: 2, Compared: 2, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 1,
			UlpHistogram: [UlpBinCount]int64{2}, Pearson: 1, Cosine: 1,
			Reference: Side{FirstAt: -1}, Test: Side{FirstAt: -1},
		}},
		{"+0 and -0", []float32{0, float32(math.Copysign(0, -1))}, []float32{float32(math.Copysign(0, -1)), 0}, Metrics{
			Elements: 2, Compared: 2, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 0,
			UlpHistogram: [UlpBinCount]int64{2}, Pearson: 1, Cosine: 1,
			Reference: Side{FirstAt: -1}, Test: Side{FirstAt: -1},
		}},
		{"zero reference", []float32{0, 0}, []float32{1, -1}, Metrics{
			Elements: 2, Compared: 2, RelativeL2: math.Inf(1), RelativeLinf: math.Inf(1), MeanAbsolute: 1, MaxAbsolute: 1,
			UlpHistogram: [UlpBinCount]int64{11: 2}, MaxUlp: 0x3f80,
			Reference: Side{FirstAt: -1}, Test: Side{Max: 1, L2: math.Sqrt2, FirstAt: -1},
		}},
		{"one and one, constant", []float32{1, 1}, []float32{1, 1}, Metrics{
			Elements: 2, Compared: 2, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 1,
			UlpHistogram: [UlpBinCount]int64{2}, Pearson: 1, Cosine: 1,
			Reference: Side{Mean: 1, Max: 1, L2: math.Sqrt2, FirstAt: -1}, Test: Side{Mean: 1, Max: 1, L2: math.Sqrt2, FirstAt: -1},
		}},
		{"constant and varying", []float32{2, 2}, []float32{1, 3}, Metrics{
			Elements: 2, Compared: 2, RelativeL2: 0.5, RelativeLinf: 0.5, MeanAbsolute: 1, MaxAbsolute: 1,
			UlpHistogram: [UlpBinCount]int64{7: 1, 8: 1}, MaxUlp: 128, Pearson: 0, Cosine: 8 / (math.Sqrt(8) * math.Sqrt(10)),
			Reference: Side{Mean: 2, Max: 2, L2: math.Sqrt(8), FirstAt: -1}, Test: Side{Mean: 2, Max: 3, L2: math.Sqrt(10), FirstAt: -1},
		}},
		{"NaN on both sides", []float32{nan, 1}, []float32{math.Float32frombits(0xffc00001), 1}, Metrics{
			Elements: 2, Compared: 1, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 1,
			UlpHistogram: [UlpBinCount]int64{1}, Pearson: 1, Cosine: 1,
			Reference: Side{Mean: 1, Max: 1, L2: 1, NaN: 1}, Test: Side{Mean: 1, Max: 1, L2: 1, NaN: 1},
		}},
		{"NaN and infinity on one side", []float32{1, 7, 9, 2}, []float32{1, nan, inf, 2}, Metrics{
			Elements: 4, Compared: 2, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 0.5,
			UlpHistogram: [UlpBinCount]int64{2}, Pearson: 1, Cosine: 1,
			Reference: Side{Mean: 1.5, Max: 9, L2: math.Sqrt(5), FirstAt: -1},
			Test:      Side{Mean: 1.5, Max: 2, L2: math.Sqrt(5), NaN: 1, PosInf: 1, FirstAt: 1},
		}},
		{"infinities", []float32{inf, -inf, inf, 0}, []float32{inf, -inf, -inf, 0}, Metrics{
			Elements: 4, Compared: 1, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 0.75,
			UlpHistogram: [UlpBinCount]int64{1}, Pearson: 1, Cosine: 1,
			Reference: Side{PosInf: 2, NegInf: 1}, Test: Side{PosInf: 1, NegInf: 2},
		}},
		{"only NaN", []float32{nan, nan}, []float32{nan, nan}, Metrics{
			Elements: 2, MaxAbsoluteIndex: -1, Within: ones, WithinStrict: strict, BitIdentical: 1, Pearson: 1, Cosine: 1,
			Reference: Side{NaN: 2}, Test: Side{NaN: 2},
		}},
		{"nothing to compare", []float32{1, 2}, []float32{nan, nan}, Metrics{
			Elements: 2, RelativeL2: undefined, RelativeLinf: undefined, MeanAbsolute: undefined, MaxAbsolute: undefined,
			MaxAbsoluteIndex: -1, Bias: undefined, Within: [3]float64{undefined, undefined, undefined},
			WithinStrict: [2]float64{undefined, undefined}, Pearson: undefined, Cosine: undefined,
			Reference: Side{Max: 2, FirstAt: -1}, Test: Side{NaN: 2},
		}},
		{"subnormals", []float32{0x1p-149, 0x1p-133}, []float32{0, 0x1p-132}, Metrics{
			// 2^-133 is the smallest bf16; 2^-149 rounds to 0.
			Elements: 2, Compared: 2, RelativeL2: ratio(math.Hypot(0x1p-149, 0x1p-133), math.Hypot(0x1p-149, 0x1p-133)), RelativeLinf: 1,
			MeanAbsolute: (0x1p-149 + 0x1p-133) / 2, MaxAbsolute: 0x1p-133, MaxAbsoluteIndex: 1, Bias: (0x1p-133 - 0x1p-149) / 2,
			Within: ones, WithinStrict: strict, UlpHistogram: [UlpBinCount]int64{1, 1}, MaxUlp: 1, Pearson: 1, Cosine: 1,
			Reference: Side{Mean: (0x1p-149 + 0x1p-133) / 2, Max: 0x1p-133, L2: math.Hypot(0x1p-149, 0x1p-133), FirstAt: -1},
			Test:      Side{Mean: 0x1p-133, Max: 0x1p-132, L2: 0x1p-132, FirstAt: -1},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := compare(c.reference, c.test)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(4e-16, 0)); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFlatIndices checks that indices count from the start of the tap, through offset, blocks and left-out elements.
func TestFlatIndices(t *testing.T) {
	const n = 3*blockSize + 17
	reference, test := make([]float32, n), make([]float32, n)
	reference[300], test[290] = nan, inf
	test[310], test[600] = 2, -2
	var a Accumulator
	a.Add(reference, test, 1000)
	m := a.Result()
	if m.MaxAbsoluteIndex != 1310 || m.Reference.FirstAt != 1300 || m.Test.FirstAt != 1290 {
		t.Errorf("largest error at %d, first non-finite at %d and %d; want 1310, 1300, 1290",
			m.MaxAbsoluteIndex, m.Reference.FirstAt, m.Test.FirstAt)
	}
}

// TestConstant checks that a constant array is seen as one however large its value, over many blocks and merges.
func TestConstant(t *testing.T) {
	for _, value := range []float32{0.1, 1e6 + 0.1, -3e30, 1e-30} {
		var whole Accumulator
		for chunk := range 10 {
			n := 1000 + chunk
			constant, varying := make([]float32, n), make([]float32, n)
			for i := range constant {
				constant[i], varying[i] = value, value*float32(i)
			}
			var a Accumulator
			a.Add(constant, varying, int64(chunk*2000))
			whole.Merge(&a)
		}
		if whole.moments.reference != 0 {
			t.Errorf("constant %g has the sum of squares %g about its mean, want 0", value, whole.moments.reference)
		}
		if got := whole.Result().Pearson; value > 1e-20 && got != 0 {
			t.Errorf("constant %g: Pearson is %g, want 0", value, got)
		}
	}
}

// TestCancellation checks a small variance about a large mean against exact integer arithmetic.
func TestCancellation(t *testing.T) {
	const mean, n = 1 << 23, 10000 // float32 has whole numbers there
	reference, test := make([]float32, n), make([]float32, n)
	var squares, products, tests int64 // about the mean of 0 .. 4 and of 2 (0 .. 4), which are 2 and 4
	for i := range reference {
		k := int64(i*7919%n) % 5
		reference[i], test[i] = float32(mean+k), float32(mean+2*k)
		squares += (k - 2) * (k - 2)
		tests += (2*k - 4) * (2*k - 4)
		products += (k - 2) * (2*k - 4)
	}
	var a Accumulator
	a.Add(reference, test, 0)
	if m := a.moments; relative(m.reference, float64(squares)) > 1e-12 || relative(m.test, float64(tests)) > 1e-12 ||
		relative(m.product, float64(products)) > 1e-12 {
		t.Errorf("central moments %v, want %d, %d, %d", m, squares, tests, products)
	}
	if got := a.Result().Pearson; math.Abs(got-1) > 1e-12 {
		t.Errorf("Pearson is %v, want 1", got)
	}
}

// relative returns the relative difference of x from a value that is not 0.
func relative(x, from float64) float64 {
	return math.Abs(x-from) / math.Abs(from)
}

// TestOverflow checks that float64 values whose squares overflow give infinities and NaN, not a crash or a wrong count.
func TestOverflow(t *testing.T) {
	var a Accumulator
	a.AddFloat64([]float64{1e200, 1, -1.5e308}, []float64{2e200, 1, 1.5e308}, 0)
	m := a.Result()
	if m.Compared != 3 || !math.IsNaN(m.Reference.L2) || !math.IsNaN(m.RelativeL2) || m.MaxAbsoluteIndex != 2 ||
		m.Reference.NaN+m.Reference.PosInf+m.Test.NaN != 0 || m.UlpHistogram[0] != 2 {
		t.Errorf("unexpected %+v", m)
	}
}

// TestLengths checks the panic for arrays of different lengths.
func TestLengths(t *testing.T) {
	defer func() {
		if got, want := recover(), "metrics: reference has 2 elements, test has 1"; got != want {
			t.Errorf("panic %v, want %s", got, want)
		}
	}()
	compare([]float32{1, 2}, []float32{1})
}

// TestWidened checks integers, booleans and mixed types against values written out.
func TestWidened(t *testing.T) {
	var a Accumulator
	AddWidened(&a, []int32{1 << 30, -5, 7}, []int32{1<<30 + 1, -5, 7}, 0)
	m := a.Result()
	if m.MaxAbsolute != 1 || m.BitIdentical != 2.0/3 || m.MaxAbsoluteIndex != 0 {
		t.Errorf("int32: %+v", m)
	}
	var b Accumulator
	AddWidened(&b, []bool{true, false, true, true}, []bool{true, true, true, false}, 0)
	if m := b.Result(); m.MeanAbsolute != 0.5 || m.Bias != 0 || m.BitIdentical != 0.5 || m.Reference.Mean != 0.75 {
		t.Errorf("bool: %+v", m)
	}
	var c Accumulator
	AddWidened(&c, []float32{1, 0.5}, []float64{1, 0.5 + 1e-12}, 0)
	if m := c.Result(); m.BitIdentical != 0.5 || relative(m.MaxAbsolute, 1e-12) > 1e-3 {
		t.Errorf("float32 with float64: %+v", m)
	}
	var d Accumulator
	far := make([]uint8, 10_000)
	far[9000] = 1
	AddWidened(&d, make([]uint8, len(far)), far, 50)
	if m := d.Result(); m.MaxAbsoluteIndex != 9050 || m.Elements != 10_000 {
		t.Errorf("uint8: %+v", m)
	}
}

// scrambled returns arrays of any size that are made without floating-point arithmetic.
func scrambled(n int) (reference, test []float32) {
	reference, test = make([]float32, n), make([]float32, n)
	for i := range reference {
		bits := uint32(mix(uint64(i+1)*stride)>>32)&0x81ffffff | 0x3c000000 // magnitudes from 2^-7 to 2^-3
		reference[i], test[i] = math.Float32frombits(bits), math.Float32frombits(bits^uint32(i*i)&0xffff)
	}
	return reference, test
}

// TestBits pins the bits of a result: every processor, instruction set and compiler setting must give them.
func TestBits(t *testing.T) {
	text, err := json.Marshal(compare(scrambled(100_000)))
	if err != nil {
		t.Fatal(err)
	}
	const want = "16ee1923e816383c"
	if got := fmt.Sprintf("%x", sha256.Sum256(text))[:16]; got != want {
		t.Errorf("digest of the result is %s, want %s: %s", got, want, text)
	}
}

// TestThreads: the same chunks give the same bits whether they are compared one after the other or all at once.
func TestThreads(t *testing.T) {
	const chunk, chunks = 5000, 20
	reference, test := scrambled(chunk * chunks)
	run := func(start func(f func())) Metrics {
		parts := make([]Accumulator, chunks)
		var done sync.WaitGroup
		for i := range parts {
			done.Add(1)
			start(func() {
				defer done.Done()
				parts[i].Add(reference[i*chunk:(i+1)*chunk], test[i*chunk:(i+1)*chunk], int64(i*chunk))
			})
		}
		done.Wait()
		var whole Accumulator
		for i := range parts {
			whole.Merge(&parts[i])
		}
		return whole.Result()
	}
	want := run(func(f func()) { f() })
	for range 5 {
		if diff := cmp.Diff(want, run(func(f func()) { go f() })); diff != "" {
			t.Fatalf("(-one thread +many):\n%s", diff)
		}
	}
}
