package elementary

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"strings"
	"testing"
)

// TestJAXDigests compares XLACPU with JAX on every 257th bit pattern, 16.7 million arguments per function, by the SHA-256 of
// the results (testdata/jax_digests.py).
func TestJAXDigests(t *testing.T) {
	if testing.Short() {
		t.Skip("200 million evaluations; run without -short")
	}
	file, err := os.Open("testdata/jax_digests.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m := jaxFunctions()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		name, want, _ := strings.Cut(lines.Text(), " ")
		f := m[name]
		if f == nil {
			t.Fatalf("no function %q", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := digest(f); got != want {
				t.Errorf("results have the digest %s, those of JAX %s", got, want)
			}
		})
	}
	if n != 12 {
		t.Errorf("%d functions, want 12", n)
	}
}

// digest is the SHA-256 of f's results for every 257th bit pattern, NaN as 0x7fc00000.
func digest(f func(float32) float32) string {
	sum := sha256.New()
	buffer := make([]byte, 0, 1<<16)
	for b := uint64(0); b < 1<<32; b += 257 {
		y := f(math.Float32frombits(uint32(b)))
		bits := math.Float32bits(y)
		if y != y {
			bits = 0x7fc00000
		}
		if buffer = binary.LittleEndian.AppendUint32(buffer, bits); len(buffer) == cap(buffer) {
			sum.Write(buffer)
			buffer = buffer[:0]
		}
	}
	sum.Write(buffer)
	return hex.EncodeToString(sum.Sum(nil))
}
