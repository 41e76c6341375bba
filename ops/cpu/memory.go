package cpu

import (
	"sync"
	"unsafe"

	"bf16lab/ops"
)

// memory hands out tensors and counts them. Freed blocks are kept for the next tensor of the same size, up to a limit.
type memory struct {
	mu       sync.Mutex
	free     map[int][][]byte
	idle     int64 // bytes in free
	used     int64 // bytes handed out
	peak     int64 // largest sum of both
	keepIdle int64
}

func newMemory() *memory { return &memory{free: map[int][][]byte{}, keepIdle: 1 << 30} }

// tensor returns a tensor whose elements are not cleared.
func (m *memory) tensor(shape ops.Shape, s ops.Storage) *ops.Tensor {
	n := shape.Size()
	bytes := n * s.Bytes()
	if bytes < largeBytes {
		return ops.NewTensor(shape, s)
	}
	block := m.take(bytes)
	t := &ops.Tensor{Shape: shape}
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
		clear(t.Bool) // a bool must hold 0 or 1 even before it is written
	}
	return t
}

func (m *memory) take(bytes int) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used += int64(bytes)
	if list := m.free[bytes]; len(list) > 0 {
		block := list[len(list)-1]
		m.free[bytes] = list[:len(list)-1]
		m.idle -= int64(bytes)
		return block
	}
	m.peak = max(m.peak, m.used+m.idle)
	return systemAlloc(bytes)
}

// release gives the memory of a tensor made by tensor back. The tensor must not be used afterwards.
func (m *memory) release(t *ops.Tensor) {
	bytes := t.Shape.Size() * t.Storage().Bytes()
	if bytes < largeBytes {
		return
	}
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
	block := unsafe.Slice((*byte)(p), bytes)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used -= int64(bytes)
	if m.idle+int64(bytes) > m.keepIdle {
		systemFree(block)
		return
	}
	m.idle += int64(bytes)
	m.free[bytes] = append(m.free[bytes], block)
}

// close gives all idle blocks back to the system.
func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, list := range m.free {
		for _, block := range list {
			systemFree(block)
		}
	}
	m.free, m.idle = map[int][][]byte{}, 0
}
