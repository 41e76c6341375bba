package cpu

import (
	"slices"
	"sync"
	"unsafe"

	"bf16lab/ops"
)

// memory hands out tensors and counts them. Freed blocks are kept for the next tensor of the same size as long as they and
// what is handed out stay within what the program needs at its peak anyway.
type memory struct {
	mu    sync.Mutex
	free  [][]byte       // blocks that are kept, the one that has been kept longest first
	parts map[*byte]part // of the blocks that do not count as a whole
	idle  int64          // bytes in free
	used  int64          // bytes handed out
	peak  int64          // largest sum of both
	most  int64          // bytes up to which freed blocks are kept
}

func newMemory(most int64) *memory {
	return &memory{parts: map[*byte]part{}, most: most}
}

// tensor returns a tensor whose elements are not cleared.
func (m *memory) tensor(shape ops.Shape, s ops.Storage) *ops.Tensor {
	n := shape.Size()
	bytes := n * s.Bytes()
	if bytes < largeBytes {
		return ops.NewTensor(shape, s)
	}
	t := tensorOf(m.take(bytes), shape, s)
	clear(t.Bool) // a bool must hold 0 or 1 even before it is written
	return t
}

// tensorOf returns the tensor that lies in a block.
func tensorOf(block []byte, shape ops.Shape, s ops.Storage) *ops.Tensor {
	t := &ops.Tensor{Shape: shape}
	n := shape.Size()
	p := unsafe.Pointer(unsafe.SliceData(block))
	switch s {
	case ops.StoreFloat32:
		t.F32 = unsafe.Slice((*float32)(p), n)
	case ops.StoreFloat64:
		t.F64 = unsafe.Slice((*float64)(p), n)
	case ops.StoreBFloat16:
		t.BF16 = unsafe.Slice((*uint16)(p), n)
	case ops.StoreInt32:
		t.I32 = unsafe.Slice((*int32)(p), n)
	case ops.StoreBool:
		t.Bool = unsafe.Slice((*bool)(p), n)
	}
	return t
}

// bytesOf returns the memory of a tensor.
func bytesOf(t *ops.Tensor) []byte {
	var p unsafe.Pointer
	switch t.Storage() {
	case ops.StoreFloat32:
		p = unsafe.Pointer(unsafe.SliceData(t.F32))
	case ops.StoreFloat64:
		p = unsafe.Pointer(unsafe.SliceData(t.F64))
	case ops.StoreBFloat16:
		p = unsafe.Pointer(unsafe.SliceData(t.BF16))
	case ops.StoreInt32:
		p = unsafe.Pointer(unsafe.SliceData(t.I32))
	case ops.StoreBool:
		p = unsafe.Pointer(unsafe.SliceData(t.Bool))
	}
	return unsafe.Slice((*byte)(p), t.Shape.Size()*t.Storage().Bytes())
}

func (m *memory) take(bytes int) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, block := range slices.Backward(m.free) {
		if len(block) == bytes {
			m.free = slices.Delete(m.free, i, i+1)
			m.idle -= int64(bytes)
			m.used += int64(bytes)
			return block
		}
	}
	m.count(bytes)
	return systemAlloc(bytes)
}

// count adds to the bytes handed out. Idle blocks give way if the sum would be more than the program's peak.
func (m *memory) count(bytes int) {
	m.used += int64(bytes)
	m.trim(m.most)
	m.peak = max(m.peak, m.used+m.idle)
}

// release gives the memory of a tensor made by tensor or window back. The tensor must not be used afterwards.
func (m *memory) release(t *ops.Tensor) {
	block := bytesOf(t)
	if len(block) < largeBytes {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if w, ok := m.parts[&block[0]]; ok {
		delete(m.parts, &block[0])
		m.used -= int64(w.to - w.from)
		systemUnmap(block)
		return
	}
	m.used -= int64(len(block))
	m.idle += int64(len(block))
	m.free = append(m.free, block)
	m.trim(m.most)
}

// trim gives as many idle blocks back to the system, beginning with the one that has been idle longest, as there are more bytes
// than the given number. Memory that the system has taken back costs more to have again than to compute what it held.
func (m *memory) trim(most int64) {
	n := 0
	for ; n < len(m.free) && m.used+m.idle > most; n++ {
		m.idle -= int64(len(m.free[n]))
		systemFree(m.free[n])
	}
	m.free = slices.Delete(m.free, 0, n)
}

// close gives all idle blocks back to the system.
func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trim(m.used)
}
