//go:build !amd64 || noasm

package metrics

// vectors is false: this build has no vector kernels.
var vectors = false

func (s *vectorScratch) sumBlocks(_, _ []float32) { panic("metrics: no vector kernels") }

func (u *vectorUlps) count(_, _ []uint32) { panic("metrics: no vector kernels") }

func digestVector([]uint32, uint64) (sum uint64, n int) { return 0, 0 }

func digestBytesVector([]uint8, uint64) (sum uint64, n int) { return 0, 0 }

func (t *scatterTables) count(_, _ []float32) int { panic("metrics: no vector kernels") }

func (t *scatterTables) move(*Scatter, int, int, int, int) { panic("metrics: no vector kernels") }
