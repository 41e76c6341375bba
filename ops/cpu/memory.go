package cpu

import (
	"sync"
	"unsafe"

	"bf16lab/ops"
)

// memory hands out tensors and counts them. Freed blocks are kept for the next tensor of the same size as long as they and
// what is handed out stay within what the program needs at its peak anyway. What is kept at the end serves the next run: see
// spares.
type memory struct {
	mu    sync.Mutex
	free  blocks         // that are kept
	parts map[*byte]part // of the blocks that do not count as a whole
	used  int64          // bytes handed out
	peak  int64          // largest sum of what is handed out and kept
	most  int64          // bytes up to which freed blocks are kept
	spare blocks         // of earlier runs; not counted as idle, so that a run takes as much memory as it would without them
}

func newMemory(most int64) *memory {
	m := &memory{parts: map[*byte]part{}, most: most, spare: spares.takeAll()}
	m.spare.trim(most, systemFree)
	return m
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
	if block := m.free.take(bytes); block != nil {
		m.used += int64(bytes)
		return block
	}
	block := m.spare.take(bytes)
	m.count(bytes)
	if block == nil {
		block = systemAlloc(bytes)
	}
	return block
}

// count adds to the bytes handed out. Idle blocks give way if the sum would be more than the program's peak.
func (m *memory) count(bytes int) {
	m.used += int64(bytes)
	m.trim()
	m.peak = max(m.peak, m.used+m.free.bytes)
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
	m.free.put(block)
	m.trim()
}

// trim gives idle blocks back to the system where all memory would be more than the program's peak, those of earlier runs first.
func (m *memory) trim() {
	m.free.trim(m.most-m.used, systemFree)
	m.spare.trim(m.most-m.used-m.free.bytes, systemFree)
}

// close keeps all idle blocks for the next run.
func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, block := range m.free.list {
		m.spare.put(block)
	}
	m.free = blocks{}
	spares.replace(m.spare)
	m.spare = blocks{}
}
