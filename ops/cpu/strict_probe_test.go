package cpu

import (
	"fmt"
	"sync"

	"bf16lab/ops"
)

// strictProbe passes every observed value on and checks what [Probe] promises: Begin comes before and End after all
// observations, groups are those announced, the chunks of a group come in ascending order and not at the same time, the
// reference is always there. The reference's chunks are passed on once, though they come again with plans that are observed
// later.
type strictProbe struct {
	observe func(watch, plan int, offset int64, values *ops.Tensor)

	mu     sync.Mutex
	groups map[int]int      // by watch that has begun and not ended
	ended  map[int]bool     // by watch
	busy   map[[2]int]bool  // by watch and group: in a call
	next   map[[3]int]int64 // by watch, group and plan: the end of the last chunk
	chunks map[[3]int64]int // by watch, group and offset: elements
	wrong  error
}

func newStrictProbe(observe func(watch, plan int, offset int64, values *ops.Tensor)) *strictProbe {
	return &strictProbe{
		observe: observe, groups: map[int]int{}, ended: map[int]bool{}, busy: map[[2]int]bool{}, next: map[[3]int]int64{}, chunks: map[[3]int64]int{},
	}
}

func (s *strictProbe) fail(format string, args ...any) {
	if s.wrong == nil {
		s.wrong = fmt.Errorf(format, args...)
	}
}

func (s *strictProbe) Begin(watch, groups int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.groups[watch]; ok || s.ended[watch] {
		s.fail("watch %d begins twice", watch)
	}
	s.groups[watch] = groups
}

func (s *strictProbe) End(watch int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.groups[watch]; !ok {
		s.fail("watch %d ends before it begins", watch)
	}
	delete(s.groups, watch)
	s.ended[watch] = true
}

func (s *strictProbe) Observe(watch, group int, offset int64, values []*ops.Tensor) {
	s.mu.Lock()
	at := [2]int{watch, group}
	groups, ok := s.groups[watch]
	switch {
	case !ok:
		s.fail("watch %d is observed outside of its time", watch)
	case group < 0 || group >= groups:
		s.fail("watch %d: group %d of %d", watch, group, groups)
	case s.busy[at]:
		s.fail("watch %d, group %d is observed in two calls at a time", watch, group)
	case values[0] == nil:
		s.fail("watch %d is observed without the reference", watch)
	}
	s.busy[at] = true
	s.chunks[[3]int64{int64(watch), int64(group), offset}] = values[0].Shape.Size()
	var fresh []int
	for plan, t := range values {
		if t == nil {
			continue
		}
		key := [3]int{watch, group, plan}
		switch {
		case offset >= s.next[key]:
			s.next[key] = offset + int64(t.Shape.Size())
			fresh = append(fresh, plan)
		case plan > 0:
			s.fail("watch %d, plan %d: chunk at %d comes after %d", watch, plan, offset, s.next[key])
		}
	}
	s.mu.Unlock()
	for _, plan := range fresh {
		s.observe(watch, plan, offset, values[plan])
	}
	s.mu.Lock()
	s.busy[at] = false
	s.mu.Unlock()
}

// finish returns what was wrong.
func (s *strictProbe) finish(watches int) error {
	if s.wrong == nil && (len(s.groups) > 0 || len(s.ended) != watches) {
		s.fail("%d watches are open and %d of %d have ended", len(s.groups), len(s.ended), watches)
	}
	return s.wrong
}
