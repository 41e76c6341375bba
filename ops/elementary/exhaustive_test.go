//go:build exhaustive

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

// stride is the distance of the bit patterns that sample visits.
const stride = 1

// TestJAXDigests compares XLACPU with JAX on all 2^32 arguments of every function, by the SHA-256 of the results
// (testdata/jax_digests.txt).
func TestJAXDigests(t *testing.T) {
	file, err := os.Open("testdata/jax_digests.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m := jaxFunctions()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		name, want, _ := strings.Cut(lines.Text(), " ")
		f := m[name]
		if f == nil {
			t.Fatalf("no function %q", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			digest := sha256.New()
			buffer := make([]byte, 0, 1<<16)
			for b := range uint64(1 << 32) {
				y := f(math.Float32frombits(uint32(b)))
				bits := math.Float32bits(y)
				if y != y {
					bits = 0x7fc00000
				}
				if buffer = binary.LittleEndian.AppendUint32(buffer, bits); len(buffer) == cap(buffer) {
					digest.Write(buffer)
					buffer = buffer[:0]
				}
			}
			if got := hex.EncodeToString(digest.Sum(nil)); got != want {
				t.Errorf("the 2^32 results of %s have the digest %s, those of JAX %s", name, got, want)
			}
		})
	}
}
