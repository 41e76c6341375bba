package bench

import (
	"context"
	"runtime"
	"strings"
	"testing"
)

// BenchmarkMeasurements runs the measurements under Go's tools, for profiles:
//
//	go test ./experiments/bench -bench 'Measurements/trunk-4096$' -cpuprofile trunk.prof
func BenchmarkMeasurements(b *testing.B) {
	for _, m := range Measurements() {
		b.Run(m.Name, func(b *testing.B) {
			s, err := m.prepare(context.Background(), runtime.GOMAXPROCS(0))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := s.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A quick measurement counts its work, its runs and its memory.
func TestRun(t *testing.T) {
	all, err := Find("gemm-512", "copy")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		r, err := m.Run(context.Background(), Options{Threads: 2, Count: 3})
		if err != nil {
			t.Fatal(err)
		}
		if r.Name != m.Name || r.Runs != 3 || r.Seconds <= 0 || r.Median < r.Seconds || (r.FLOPs == 0) == (r.Bytes == 0) || r.Rate <= 0 {
			t.Errorf("%s: %+v", m.Name, r)
		}
		if want := map[string]string{"gemm-512": "GFLOP/s", "copy": "GB/s"}[m.Name]; r.Unit() != want {
			t.Errorf("%s: unit %q, want %q", m.Name, r.Unit(), want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := all[0].Run(ctx, Options{Threads: 1, Count: 1}); err != context.Canceled {
		t.Errorf("a cancelled measurement gives %v", err)
	}
}

// Names are unique, documented, and a mistyped one gets a hint.
func TestFind(t *testing.T) {
	all, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range all {
		if m.Name == "" || m.Doc == "" || seen[m.Name] {
			t.Errorf("measurement %q (%q)", m.Name, m.Doc)
		}
		seen[m.Name] = true
	}
	if _, err := Find("gem-512"); err == nil || !strings.Contains(err.Error(), `"gemm-512"`) {
		t.Errorf("unknown name: %v", err)
	}
}

func TestMedian(t *testing.T) {
	if got := median([]float64{1, 2, 5}); got != 2 {
		t.Errorf("median of three: %v", got)
	}
	if got := median([]float64{1, 2, 5, 9}); got != 3.5 {
		t.Errorf("median of four: %v", got)
	}
}
