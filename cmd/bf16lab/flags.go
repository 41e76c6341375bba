package main

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"

	"bf16lab/model/sequence"
)

// maxThreads bounds --threads; more goroutines than that only cost memory.
const maxThreads = 1024

// threadCount is a number of goroutines.
type threadCount int

// UnmarshalText reads a number from 1 to maxThreads.
func (t *threadCount) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 || n > maxThreads {
		return fmt.Errorf("want a whole number from 1 to %d, got %.80q", maxThreads, text)
	}
	*t = threadCount(n)
	return nil
}

func defaultThreads() int { return min(runtime.GOMAXPROCS(0), maxThreads) }

// byteSize is an amount of memory in bytes; 0 stands for none given.
type byteSize int64

// byteUnits are the units that a byteSize is written in. As in other tools that limit memory, G means GiB.
var byteUnits = []struct {
	suffix string
	bytes  float64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30}, {"tib", 1 << 40}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"tb", 1e12},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", 1 << 40}, {"b", 1}, {"", 1},
}

// UnmarshalText reads a number with a unit, as in 12GiB.
func (b *byteSize) UnmarshalText(text []byte) error {
	lower := strings.ToLower(string(text))
	for _, u := range byteUnits {
		number, ok := strings.CutSuffix(lower, u.suffix)
		if !ok {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		bytes := math.Floor(x * u.bytes)
		if err != nil || !(bytes >= 1 && bytes < math.MaxInt64) || strings.ContainsAny(number, "xp_in") {
			break
		}
		*b = byteSize(bytes)
		return nil
	}
	return fmt.Errorf("want an amount of memory such as 12GiB or 800MB, got %.80q", text)
}

// lengthFlag is the length of a sequence that a command asks for.
type lengthFlag struct {
	Length int `default:"4096" placeholder:"N" help:"Length of the sequence in bases, a multiple of 2048 (default: ${default})."`
}

func (f lengthFlag) check() error { return checkLength(f.Length) }

// checkLength returns an error that names the nearest valid lengths.
func checkLength(n int) error {
	if n > sequence.MaxLength {
		return fmt.Errorf("--length: %d bases are more than %d, the longest sequence that can be read", n, sequence.MaxLength)
	}
	if err := sequence.ValidLength(n); err != nil {
		return fmt.Errorf("--length: %w", err)
	}
	return nil
}

// protectNegative makes negative numbers pass through the parser, which takes them for flags: --length -5 becomes
// --length=-5, and a value of round gets a blank, which no flag begins with.
func protectNegative(args []string) []string {
	var out []string
	for i, a := range args {
		last := len(out) - 1
		switch {
		case !isNegative(a):
			out = append(out, a)
		case i > 0 && strings.HasPrefix(args[i-1], "--") && !strings.Contains(args[i-1], "="):
			out[last] += "=" + a
		case args[0] == "round":
			out = append(out, " "+a)
		default:
			out = append(out, a)
		}
	}
	return out
}

// isNegative tells whether an argument is a number with a minus sign.
func isNegative(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return strings.HasPrefix(text, "-") && (err == nil || errors.Is(err, strconv.ErrRange))
}
