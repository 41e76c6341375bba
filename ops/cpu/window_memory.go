package cpu

import "bf16lab/ops"

// part is how much of a block counts: bytes from up to to.
type part struct{ from, to int }

// window returns a tensor of which nothing is counted, and nothing should be touched, until it is opened.
func (m *memory) window(shape ops.Shape, s ops.Storage) *ops.Tensor {
	bytes := shape.Size() * s.Bytes()
	if bytes < largeBytes {
		return ops.NewTensor(shape, s)
	}
	block := systemReserve(bytes)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parts[&block[0]] = part{}
	return tensorOf(block, shape, s)
}

// drain makes a window of a tensor that is there.
func (m *memory) drain(t *ops.Tensor) {
	if block := bytesOf(t); len(block) >= largeBytes {
		m.mu.Lock()
		defer m.mu.Unlock()
		if _, ok := m.parts[&block[0]]; !ok {
			m.parts[&block[0]] = part{0, len(block)}
		}
	}
}

// open counts the elements of a window up to the given one, which are about to be written.
func (m *memory) open(t *ops.Tensor, to int) {
	block := bytesOf(t)
	if len(block) < largeBytes {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.parts[&block[0]]
	if to *= t.Storage().Bytes(); to > w.to {
		m.count(to - w.to)
		w.to = to
		m.parts[&block[0]] = w
	}
}

// shut gives back the elements of a window before the given one. What is read there afterwards is not defined.
func (m *memory) shut(t *ops.Tensor, from int) {
	block := bytesOf(t)
	if len(block) < largeBytes {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.parts[&block[0]]
	if from *= t.Storage().Bytes(); from > w.from {
		systemDiscard(block, w.from, from)
		m.used -= int64(from - w.from)
		w.from = from
		m.parts[&block[0]] = w
	}
}
