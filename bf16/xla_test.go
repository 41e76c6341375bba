package bf16

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// xlaDigests reads testdata/xla_convert_sha256.txt: for each upper byte of a float32
// pattern the digests of XLA's conversions of the 2^24 patterns that start with it.
func xlaDigests(t *testing.T) (formats []Format, digests map[byte][]string) {
	t.Helper()
	file, err := os.Open("testdata/xla_convert_sha256.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	digests = map[byte][]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if fields[0] == "chunk" {
			for _, name := range fields[1:] {
				format, err := Named(name)
				if err != nil {
					t.Fatal(err)
				}
				formats = append(formats, format)
			}
			continue
		}
		var upper byte
		if _, err := fmt.Sscanf(fields[0], "%02x", &upper); err != nil {
			t.Fatal(err)
		}
		digests[upper] = fields[1:]
	}
	if len(digests) != 256 || len(formats) != 4 {
		t.Fatalf("%d chunks, %d formats", len(digests), len(formats))
	}
	return formats, digests
}

// convertDigest is the digest of this package's conversions of one chunk.
func convertDigest(f Format, upper byte) string {
	hash := sha256.New()
	const block = 1 << 12
	floats, codes := make([]float32, block), make([]uint16, block)
	var raw []byte
	for start := uint32(0); start < 1<<24; start += block {
		for i := range floats {
			floats[i] = math.Float32frombits(uint32(upper)<<24 | start + uint32(i))
		}
		raw = raw[:0]
		switch f {
		case BFloat16:
			EncodeBFloat16(codes, floats)
		case Float16:
			EncodeFloat16(codes, floats)
		default:
			for _, x := range floats {
				raw = append(raw, byte(f.Bits(float64(x))))
			}
		}
		if f.Width() == 16 {
			for _, code := range codes {
				raw = binary.LittleEndian.AppendUint16(raw, code)
			}
		}
		hash.Write(raw)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)[:8])
}

// The same codes as jax 0.10.2 on a CPU, NaN included: for each format a chunk where
// it is subnormal, overflows or holds NaN. All 256 are TestXLAExhaustive.
func TestXLAConversions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds; run without -short")
	}
	formats, digests := xlaDigests(t)
	for i, chunks := range [][]byte{{0x00, 0x7F, 0xFF}, {0x38, 0x7F}, {0x43}, {0x47}} {
		for _, upper := range chunks {
			if got := convertDigest(formats[i], upper); got != digests[upper][i] {
				t.Errorf("%v: chunk %02x has digest %s, want %s", formats[i], upper, got, digests[upper][i])
			}
		}
	}
}
