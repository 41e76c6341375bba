package metrics

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestDigestChunks: any cut and any order of merging gives the digest of the whole.
func TestDigestChunks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values, _ := drawPair(t, true)
		var chunks []Digest
		start := 0
		for _, end := range cut(t, len(values)) {
			chunks, start = append(chunks, DigestOf(values[start:end], int64(start))), end
		}
		var merged Digest
		for _, d := range rapid.Permutation(chunks).Draw(t, "order") {
			merged.Merge(d)
		}
		if want := DigestOf(values, 0); merged != want || merged.String() != want.String() {
			t.Errorf("digest %v in chunks, %v whole", merged, want)
		}
	})
}

// TestDigestSees: a bit, a place, a length and a type that differ change the digest.
func TestDigestSees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := make([]float32, rapid.IntRange(1, 300).Draw(t, "length"))
		for i := range values {
			values[i] = float32(i % 7)
		}
		before := DigestOf(values, 0).String()
		i := rapid.IntRange(0, len(values)-1).Draw(t, "place")
		kept := values[i]
		values[i] = math.Float32frombits(math.Float32bits(kept) ^ 1<<rapid.IntRange(0, 31).Draw(t, "bit"))
		if DigestOf(values, 0).String() == before {
			t.Errorf("%g at %d for %g leaves the digest %s", values[i], i, kept, before)
		}
		values[i] = kept
		if j := (i + 1) % len(values); values[i] != values[j] {
			values[i], values[j] = values[j], values[i]
			if DigestOf(values, 0).String() == before {
				t.Errorf("swapping %d and %d leaves the digest %s", i, j, before)
			}
			values[i], values[j] = values[j], values[i]
		}
		if DigestOf(values, 1).String() == before {
			t.Error("another offset leaves the digest")
		}
		if DigestOf(append(values, 0), 0).String() == before {
			t.Error("a zero more leaves the digest")
		}
	})
}

// TestDigestValues checks the treatment of NaN, zeros and the element types, and the definition against values computed
// in Python, so that digests in stored results stay comparable.
func TestDigestValues(t *testing.T) {
	if DigestOf([]float32{nan}, 3) != DigestOf([]float32{math.Float32frombits(0xff800001)}, 3) {
		t.Error("two NaN of float32 differ")
	}
	if DigestOf([]float64{math.NaN()}, 3) != DigestOf([]float64{math.Float64frombits(0xfff0000000000001)}, 3) {
		t.Error("two NaN of float64 differ")
	}
	if DigestOf([]float32{inf}, 0) == DigestOf([]float32{nan}, 0) {
		t.Error("infinity is taken for NaN")
	}
	if DigestOf([]float32{0}, 0) == DigestOf([]float32{float32(math.Copysign(0, -1))}, 0) {
		t.Error("the zeros are equal")
	}
	if DigestOf([]float32{1}, 0) == DigestOf([]float64{1}, 0) {
		t.Error("float32 and float64 are equal")
	}
	for _, c := range []struct {
		got  Digest
		want string
	}{
		{Digest{}, "0000000000000000"},
		{DigestOf([]float32{1, -2.5, 3e38}, 0), "cf973409c3c165e2"},
		{DigestOf([]float64{1, -2.5, 3e300}, 7), "186bd6904815e957"},
		{DigestOf([]int32{1, -2, 3}, 0), "b530f7acb548f708"},
		{DigestOf([]uint32{1, 1<<32 - 2, 3}, 0), "b530f7acb548f708"},
		{DigestOf([]bool{true, false, true}, 0), "0ea88e3e878e1305"},
		{DigestOf([]uint8{1, 0, 1}, 0), "0ea88e3e878e1305"},
	} {
		if got := c.got.String(); got != c.want {
			t.Errorf("digest %s, want %s", got, c.want)
		}
	}
}

// TestFingerprint: names and digests count, the order of gathering does not.
func TestFingerprint(t *testing.T) {
	a, b := DigestOf([]float32{1}, 0), DigestOf([]float32{2}, 0)
	one := Fingerprint(map[string]Digest{"x": a, "y": b})
	if len(one) != 32 {
		t.Errorf("fingerprint %s", one)
	}
	for range 20 {
		if again := Fingerprint(map[string]Digest{"y": b, "x": a}); again != one {
			t.Fatalf("fingerprint %s, then %s", one, again)
		}
	}
	for _, other := range []map[string]Digest{{"x": b, "y": a}, {"x": a, "z": b}, {"x": a}, {"x": a, "y": b, "z": {}}} {
		if Fingerprint(other) == one {
			t.Errorf("%v has the fingerprint of another run", other)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	values, _ := similar(65536, 0)
	b.SetBytes(int64(4 * len(values)))
	for b.Loop() {
		DigestOf(values, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(values)), "ns/element")
}
