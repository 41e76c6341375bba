package elementary

import (
	"fmt"
	"math"
	"testing"

	"codeberg.org/sbinet/npyio/npz"
)

type named struct {
	name string
	Function
}

// functions lists a set's functions of one argument.
func functions(s Set) []named {
	return []named{
		{"exp", s.Exp}, {"expm1", s.Expm1}, {"log", s.Log}, {"log1p", s.Log1p}, {"tanh", s.Tanh}, {"logistic", s.Logistic},
		{"erf", s.Erf}, {"sqrt", s.Sqrt}, {"rsqrt", s.Rsqrt}, {"sin", s.Sin}, {"cos", s.Cos},
	}
}

// functions64 lists the functions of Float64 in the same order.
func functions64(s Set64) []Function64 {
	return []Function64{s.Exp, s.Expm1, s.Log, s.Log1p, s.Tanh, s.Logistic, s.Erf, s.Sqrt, s.Rsqrt, s.Sin, s.Cos}
}

// array reads one array of an npz file in testdata.
func array[T uint16 | uint32](t testing.TB, file, name string) []T {
	t.Helper()
	f, err := npz.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var v []T
	if err := f.Read(name+".npy", &v); err != nil {
		t.Fatalf("%s: %s: %v", file, name, err)
	}
	return v
}

// same reports whether a and b have the same bits or are both NaN.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// wrong counts and shows arguments at which two functions differ.
type wrong struct {
	count int
	shown string
}

func (w *wrong) add(x any, got, want float32) {
	if w.count++; w.count <= 5 {
		w.shown += fmt.Sprintf("\n\tf(%x) = %x (%08x), want %x (%08x)", x, got, math.Float32bits(got), want, math.Float32bits(want))
	}
}

func (w *wrong) report(t testing.TB, name string, n int) {
	t.Helper()
	if w.count != 0 {
		t.Errorf("%s: %d of %d wrong:%s", name, w.count, n, w.shown)
	}
}

// sample calls f with float32 values: all of them if stride is 1, else every stride-th bit pattern with a varying offset.
func sample(stride uint32, f func(x float32)) {
	offset := uint32(0)
	for b := uint64(0); b < 1<<32; b += uint64(stride) {
		f(math.Float32frombits(uint32(b) + offset))
		offset = (offset*1664525 + 1013904223) % stride
	}
}
