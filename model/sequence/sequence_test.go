package sequence

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestOneHot(t *testing.T) {
	s := &Sequence{Codes: []uint8{0, 1, 2, 3, N, 2}}
	want := []float32{
		1, 0, 0, 0,
		0, 1, 0, 0,
		0, 0, 1, 0,
		0, 0, 0, 1,
		0, 0, 0, 0,
		0, 0, 1, 0,
	}
	got := s.OneHot()
	if len(got) != len(want) {
		t.Fatalf("got %d values, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("value %d: got %v, want %v", i, got[i], want[i])
		}
	}
	if s.Letters() != "ACGTNG" {
		t.Errorf("letters: got %s", s.Letters())
	}
}

func TestSHA256IsThatOfTheLetters(t *testing.T) {
	s := &Sequence{Codes: []uint8{0, 1, 2, 3, N}}
	sum := sha256.Sum256([]byte("ACGTN"))
	if got, want := s.SHA256(), hex.EncodeToString(sum[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestValidLength(t *testing.T) {
	for _, n := range []int{2048, 4096, 6144, 1 << 20, MaxLength} {
		if err := ValidLength(n); err != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
	for n, want := range map[int]string{
		0: "length is 2048", -1: "length is 2048", -4096: "length is 2048", 1: "length is 2048", 2047: "length is 2048",
		math.MinInt: "length is 2048",
		2049:        "lengths are 2048 and 4096", 5000: "lengths are 4096 and 6144", 8191: "lengths are 6144 and 8192",
		math.MaxInt: "length is " + strconv.Itoa(math.MaxInt-2047),
	} {
		if err := ValidLength(n); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%d: error %v does not end in %q", n, err, want)
		}
	}
}

func TestValidLengthProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1<<40).Draw(t, "n")
		err := ValidLength(n)
		if (err == nil) != (n%2048 == 0) {
			t.Fatalf("%d: %v", n, err)
		}
		if err != nil && n > 2048 {
			below, above := n/2048*2048, (n/2048+1)*2048
			for _, valid := range []int{below, above} {
				if !strings.Contains(err.Error(), strconv.Itoa(valid)) {
					t.Fatalf("%d: error %q does not name %d", n, err, valid)
				}
			}
		}
	})
}
