package reports

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFormats(t *testing.T) {
	cases := []struct{ got, want string }{
		{formatError(0.0543, 3), "5.43e-2"},
		{formatError(0.0543, 2), "5.4e-2"},
		{formatError(0.01, 1), "1e-2"},
		{formatError(0.0996, 2), "1.0e-1"},
		{formatError(0, 3), "0"},
		{formatError(12345, 3), "1.23e4"},
		{formatError(math.NaN(), 3), "undefined"},
		{formatError(math.Inf(1), 3), "∞"},
		{formatError(math.Inf(-1), 3), "−∞"},
		{formatCount(0), "0"},
		{formatCount(999), "999"},
		{formatCount(1000), "1,000"},
		{formatCount(450452613), "450,452,613"},
		{formatCount(int64(-12288)), "−12,288"},
		{formatShape([]int{1, 4096, 768}), "1 × 4,096 × 768"},
		{formatShape(nil), "scalar"},
		{formatIndex(0, []int{2, 3}), "[0, 0]"},
		{formatIndex(5, []int{2, 3}), "[1, 2]"},
		{formatIndex(6, []int{2, 3}), "6"},
		{formatIndex(-1, []int{2, 3}), "-1"},
		{formatIndex(0, []int{2, 0}), "0"},
		{formatIndex(7, nil), "7"},
		{formatBytes(9663676416), "9.0 GiB"},
		{formatBytes(12 << 20), "12 MiB"},
		{formatSeconds(0.84), "0.8 s"},
		{formatSeconds(48.4), "48 s"},
		{formatSeconds(59.7), "1 min 0 s"},
		{formatSeconds(192), "3 min 12 s"},
		{formatSeconds(7500), "2 h 5 min"},
		{gloss(0.0543), "the difference is 5.4 % as large as the signal"},
		{gloss(1.2e-6), "the difference is 830,000 times smaller than the signal"},
		{gloss(1e-30), "the difference is 1.0e30 times smaller than the signal"},
		{gloss(math.Inf(1)), "the reference is zero there"},
		{label("short", 8), "short"},
		{label("two\nlines\x00", 20), "two lines "},
		{label("a name that is too long", 9), "a na…long"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestNumberJSON checks that each number survives JSON as far as six digits do.
func TestNumberJSON(t *testing.T) {
	for v, want := range map[number]string{
		0: "0", number(math.Copysign(0, -1)): "0", 1: "1", 4096: "4096", 192413696: "192413696", 0.0543: "0.0543", 1e-30: "1e-30",
		1. / 3: "0.333333", number(math.Inf(1)): `"inf"`, number(math.Inf(-1)): `"-inf"`, number(math.NaN()): "null",
	} {
		b, err := json.Marshal(v)
		if err != nil || string(b) != want {
			t.Errorf("%v becomes %s (%v), want %s", v, b, err, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "v")
		b, err := json.Marshal(number(v))
		if err != nil {
			t.Fatal(err)
		}
		if math.IsInf(v, 0) {
			return
		}
		var back float64
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if math.Abs(back-v) > 5.1e-6*math.Abs(v) {
			t.Fatalf("%g became %s", v, b)
		}
	})
}

// TestFormatIndex checks that coordinates lead back to the flat index.
func TestFormatIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 5).Draw(t, "shape")
		size := int64(1)
		for _, n := range shape {
			size *= int64(n)
		}
		index := rapid.Int64Range(0, size-1).Draw(t, "index")
		var back int64
		for i, part := range strings.Split(strings.Trim(formatIndex(index, shape), "[]"), ", ") {
			at, err := strconv.ParseInt(part, 10, 64)
			if err != nil || at >= int64(shape[i]) {
				t.Fatalf("coordinate %q of axis %d", part, i)
			}
			back = back*int64(shape[i]) + at
		}
		if back != index {
			t.Fatalf("%d came back as %d", index, back)
		}
	})
}
