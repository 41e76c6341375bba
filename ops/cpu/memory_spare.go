package cpu

import (
	"slices"
	"sync"
)

// blocks are blocks of memory that are kept without being used, the one that has been kept longest first.
type blocks struct {
	list  [][]byte
	bytes int64
}

// put keeps a block.
func (b *blocks) put(block []byte) {
	b.list = append(b.list, block)
	b.bytes += int64(len(block))
}

// take returns a block of exactly so many bytes, nil if there is none.
func (b *blocks) take(bytes int) []byte {
	for i, block := range slices.Backward(b.list) {
		if len(block) == bytes {
			b.list = slices.Delete(b.list, i, i+1)
			b.bytes -= int64(bytes)
			return block
		}
	}
	return nil
}

// trim gives blocks back until there are no more bytes than the given number. Memory that the system has taken back costs more to
// have again than to compute what it held, so no more of them go than must.
func (b *blocks) trim(most int64, giveBack func(block []byte)) {
	n := 0
	for ; n < len(b.list) && b.bytes > most; n++ {
		b.bytes -= int64(len(b.list[n]))
		giveBack(b.list[n])
	}
	b.list = slices.Delete(b.list, 0, n)
}

// spares are the blocks that the run that ended last has left. The next run takes them over, and gives back what goes beyond its
// own peak: the same program run again, as by a search or a sweep, need not have its memory cleared by the system again.
var spares spareBlocks

type spareBlocks struct {
	mu sync.Mutex
	blocks
}

// takeAll returns all of them.
func (s *spareBlocks) takeAll() blocks {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.blocks
	s.blocks = blocks{}
	return all
}

// replace gives those that are there back to the system and keeps others in their place.
func (s *spareBlocks) replace(by blocks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trim(0, systemFree)
	s.blocks = by
}

// SpareBytes returns how much memory is kept for the next run. A run that begins now may count it as available.
func SpareBytes() int64 {
	spares.mu.Lock()
	defer spares.mu.Unlock()
	return spares.bytes
}

// ReleaseSpare gives the memory that is kept for the next run back to the system.
func ReleaseSpare() { spares.replace(blocks{}) }
