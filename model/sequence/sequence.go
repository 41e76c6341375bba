package sequence

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// MaxLength is the most bases that a Sequence may have, 16 times the longest input of the official model (2^20). It bounds
// what a hostile file can make us hold in memory.
const MaxLength = 1 << 24

// N is the code of an unknown base.
const N = 4

// letters holds the letter of each code.
const letters = "ACGTN"

// Sequence is a stretch of DNA.
type Sequence struct {
	Codes  []uint8 // A C G T N = 0 1 2 3 4
	Source string  // where it comes from, in words, precise enough to obtain it again
}

// Len returns the number of bases.
func (s *Sequence) Len() int {
	return len(s.Codes)
}

// Letters returns the bases as upper-case letters.
func (s *Sequence) Letters() string {
	text := make([]byte, len(s.Codes))
	for i, code := range s.Codes {
		text[i] = letters[code]
	}
	return string(text)
}

// OneHot returns the model input: S x 4, row-major, columns A C G T. The row of an N is zero.
func (s *Sequence) OneHot() []float32 {
	rows := make([]float32, 4*len(s.Codes))
	for i, code := range s.Codes {
		if code < N {
			rows[4*i+int(code)] = 1
		}
	}
	return rows
}

// SHA256 returns the digest of Letters in hexadecimal. It equals that of the file's own letters in upper case:
//
//	grep -v '>' FILE | tr -d '\n' | tr a-z A-Z | sha256sum
func (s *Sequence) SHA256() string {
	sum := sha256.Sum256([]byte(s.Letters()))
	return hex.EncodeToString(sum[:])
}

// checkLength returns an error unless 1 <= n <= MaxLength.
func checkLength(n int) error {
	if n < 1 || n > MaxLength {
		return fmt.Errorf("length %d is outside 1 to %d", n, MaxLength)
	}
	return nil
}
