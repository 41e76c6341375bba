package main

import (
	"slices"
	"strings"
	"testing"
)

func TestByteSize(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "800": 800, "2k": 2048, "1KB": 1000, "12GiB": 12 << 30, "12g": 12 << 30, "12 gb": 12e9, "1.5MiB": 3 << 19, "0.5T": 1 << 39,
		"7b": 7, "1e3": 1000, "8388607TiB": 8388607 << 40,
	} {
		var got byteSize
		if err := got.UnmarshalText([]byte(text)); err != nil || int64(got) != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "-1", "-12GiB", "0", "0.1", "12 apples", "12GiBs", "inf", "nan", "0x10", "1_000", "8388608TiB", "1e400", "1e30GiB"} {
		got := byteSize(5)
		if err := got.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "such as 12GiB") || got != 5 {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
}

func TestThreadCount(t *testing.T) {
	for text, want := range map[string]int{"1": 1, "16": 16, "1024": 1024} {
		var got threadCount
		if err := got.UnmarshalText([]byte(text)); err != nil || int(got) != want {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "1025", "2.5", "many", "99999999999999999999"} {
		got := threadCount(5)
		if err := got.UnmarshalText([]byte(text)); err == nil || got != 5 {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
}

func TestProtectNegative(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"-5", "-5"},
		{"taps|--length|-5", "taps|--length=-5"},
		{"taps|--length=2048|-5", "taps|--length=2048|-5"},
		{"run|x.yaml|-o|out", "run|x.yaml|-o|out"},
		{"round|-1.5|bf16", "round| -1.5|bf16"},
		{"round|-0x1p-3", "round| -0x1p-3"},
		{"round|-inf", "round| -inf"},
		{"round|-1e999", "round| -1e999"},
		{"round|--bits|bf16|-5", "round|--bits|bf16| -5"},
		{"round|-h", "round|-h"},
	} {
		in := strings.Split(c.in, "|")
		if c.in == "" {
			in = nil
		}
		if got := strings.Join(protectNegative(slices.Clone(in)), "|"); got != c.want {
			t.Errorf("%s: got %s, want %s", c.in, got, c.want)
		}
	}
}
