package cpu

import "bf16lab/ops"

// slot is a buffer of a tile, reused when the value in it is dead.
type slot struct {
	size    int
	storage ops.Storage
}

// noBuffer is the slot of a step whose result is written to where it is stored, or lies where its operand lies.
const noBuffer = -1

// assignBuffers gives every step a buffer for its result and buffers for operands that are widened or rounded first.
func (p *tileProgram) assignBuffers(r *run) {
	last := p.lastReads(r)
	var free []int
	for i := range p.steps {
		st := &p.steps[i]
		if st.fused {
			continue
		}
		var temporary []int
		for j := range st.in {
			if src := &st.in[j]; src.slot == needsBuffer {
				src.slot = p.buffer(&free, p.perTile*src.inner.Size(), src.want)
				temporary = append(temporary, src.slot)
			}
		}
		size := p.perTile * st.row.inner.Size()
		switch {
		case st.plan.Alias, st.view, st.stored != nil && !st.encoded():
		case st.same:
			st.slot = p.newBuffer(size, st.storage)
		default:
			st.slot = p.buffer(&free, size, st.storage)
		}
		free = append(append(free, temporary...), p.dead(last, i)...)
	}
}

// buffer returns a slot of at least the size, a free one if there is one of the storage and size.
func (p *tileProgram) buffer(free *[]int, size int, s ops.Storage) int {
	for i, k := range *free {
		if p.slots[k].storage == s && p.slots[k].size == size {
			*free = append((*free)[:i], (*free)[i+1:]...)
			return k
		}
	}
	return p.newBuffer(size, s)
}

func (p *tileProgram) newBuffer(size int, s ops.Storage) int {
	p.slots = append(p.slots, slot{size: size, storage: s})
	return len(p.slots) - 1
}

// lastReads returns for each step the last one that reads its result, directly or as a view; itself if there is none. Results
// that are watched, inspected or passed on by an alias, and what is the same for every tile, are read for ever: their buffers are
// not used again.
func (p *tileProgram) lastReads(r *run) []int {
	ever := len(p.steps)
	last := make([]int, len(p.steps))
	for i := range p.steps {
		last[i] = i
		st := &p.steps[i]
		if r.inspector != nil || len(r.watches[st.row.node.Out[0]]) > 0 || st.plan.Alias || st.same {
			last[i] = ever
		}
		if st.fused {
			continue
		}
		for _, src := range st.in {
			if src.fixed == nil && src.step >= 0 {
				last[src.step] = max(last[src.step], i)
			}
		}
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		st := &p.steps[i]
		if from := firstSource(st); (st.view || st.plan.Alias) && from >= 0 {
			last[from] = max(last[from], last[i])
		}
	}
	return last
}

// firstSource returns the step that makes the first operand of a step, or -1.
func firstSource(st *tileStep) int {
	if len(st.in) == 0 || st.in[0].fixed != nil {
		return -1
	}
	return st.in[0].step
}

// dead returns the buffers of the results that step i is the last to read.
func (p *tileProgram) dead(last []int, i int) (slots []int) {
	for k := range i + 1 {
		if last[k] == i && p.steps[k].slot >= 0 {
			slots = append(slots, p.steps[k].slot)
		}
	}
	return slots
}
