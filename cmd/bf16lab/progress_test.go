package main

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
)

func TestProgressLines(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := &progressLines{out: &out, now: func() time.Time { return now }, start: now}
	for _, step := range []struct {
		seconds int
		done    float64
	}{{0, 0}, {1, 1}, {10, 19}, {30, 20}, {60, 50}, {61, 51}, {100, 115}, {110, 199}, {200, 200}} {
		now = time.Unix(int64(step.seconds), 0)
		p.update(step.done, 200)
	}
	p.end(true)
	const want = `replay:   0 % done after 0s
replay:  10 % done after 30s, about 4m30s left
replay:  25 % done after 1m0s, about 3m0s left
replay:  57 % done after 1m40s, about 1m14s left
replay:  99 % done after 1m50s, about 1s left
replay: 100 % done after 3m20s
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestProgressBar looks at what a terminal receives.
func TestProgressBar(t *testing.T) {
	var out bytes.Buffer
	p := newProgressBar(&out)
	p.end(false)
	if out.Len() > 0 {
		t.Errorf("a run that never began drew %q", out.String())
	}
	p = newProgressBar(&out)
	p.update(0, 4)
	p.update(4, 4) // must not complete the bar, because more may come
	p.update(4, 4)
	if strings.Contains(out.String(), "100%") {
		t.Errorf("complete before the end: %q", out.String())
	}
	p.end(true)
	text := out.String()
	last := text[strings.LastIndex(text, "\r")+1:]
	if !strings.HasPrefix(last, "replay 100% |") || !strings.HasSuffix(last, "\n") {
		t.Errorf("at the end %q", last)
	}
	if !strings.Contains(text, "replay   0%") {
		t.Errorf("no beginning: %q", text)
	}
}

func TestNewProgress(t *testing.T) {
	if _, ok := newProgress(new(bytes.Buffer)).(*progressLines); !ok {
		t.Error("no plain lines for what is no terminal")
	}
}

func TestFraction(t *testing.T) {
	for _, c := range []struct{ done, total, want float64 }{{1, 4, 0.25}, {5, 4, 1}, {-1, 4, 0}, {1, 0, 0}, {1, math.NaN(), 0}} {
		if got := fraction(c.done, c.total); got != c.want {
			t.Errorf("fraction(%v, %v) = %v, want %v", c.done, c.total, got, c.want)
		}
	}
}
