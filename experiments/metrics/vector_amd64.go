//go:build !noasm

package metrics

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

//go:generate go -C ../../ops/cpu/_gen run ./metrics -out ../../../experiments/metrics/kernels_amd64.s -stubs ../../../experiments/metrics/kernels_amd64.go -pkg metrics

// vectors tells whether comparisons use the vector kernels. It is a variable so that tests can do without.
var vectors = cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL

// sumBlocks sums up to eight whole blocks.
func (s *vectorScratch) sumBlocks(reference, test []float32) {
	count := len(reference) / blockSize
	transposeBlocksAVX512(&s.reference[0], &reference[0], count)
	transposeBlocksAVX512(&s.test[0], &test[0], count)
	sumBlocksAVX512(&s.reference[0], &s.test[0], &allTolerances[0], (*float64)(unsafe.Pointer(&s.sums)))
}

// count counts finite pairs, a multiple of 32 of them above zero, at most 8160.
func (u *vectorUlps) count(reference, test []uint32) {
	countUlpsAVX512(len(reference), &reference[0], &test[0], (*uint64)(unsafe.Pointer(u)))
}

// digestVector sums the digest of the first values, a multiple of 8 of them, and returns how many those were.
func digestVector(values []uint32, at uint64) (sum uint64, n int) {
	n = len(values) &^ 7
	if !vectors || n == 0 {
		return 0, 0
	}
	var parts [8]uint64
	sumDigestAVX512(n, &values[0], at, &parts[0])
	return sumOf(&parts), n
}

// digestBytesVector is digestVector for bytes.
func digestBytesVector(values []uint8, at uint64) (sum uint64, n int) {
	n = len(values) &^ 7
	if !vectors || n == 0 {
		return 0, 0
	}
	var parts [8]uint64
	sumDigestBytesAVX512(n, &values[0], at, &parts[0])
	return sumOf(&parts), n
}

func sumOf(parts *[8]uint64) (sum uint64) {
	for _, part := range parts {
		sum += part
	}
	return sum
}

// count counts pairs, a multiple of 16 above zero, and returns how many there were before 16 that it cannot count.
func (t *scatterTables) count(reference, test []float32) int {
	return countScatterAVX512(len(reference), &bits32(reference)[0], &bits32(test)[0], &t.counts[0][0][0], &t.ranges[0][0])
}

// move adds the counts of some rows and columns to a Scatter and clears them; column is a multiple of 8.
func (t *scatterTables) move(s *Scatter, row, rows, column, end int) {
	const whole = ScatterBins &^ 7
	column = min(column, whole)
	groups := (min(end, whole) - column + 7) / 8
	moveScatterAVX512(&t.counts[0][row][column], &s.Counts[row][column], rows, max(groups, 0), max(end-whole, 0))
}
