package cpu

// PeakBytes returns about how much memory for tensors a run of the program takes at most: what is stored between units,
// the inputs of the graph that are alive, and the temporaries of the unit that is carried out.
func (p *Program) PeakBytes() int64 { return p.peak }

// peakBytes goes through the program for PeakBytes.
func (p *Program) peakBytes() int64 {
	var peak int64
	p.rehearse(func(s *rehearsal, _ *unit, temporary int64) { peak = max(peak, s.used+temporary) })
	return peak
}

// rehearsal goes through a program as a run does, without computing anything.
type rehearsal struct {
	*Program
	left  []int         // by class: reads that are still to come
	held  map[int]int64 // by class: bytes
	used  int64         // sum of held
	visit func(s *rehearsal, u *unit, temporary int64)
}

// rehearse calls visit whenever a unit is carried out, with the bytes of the temporaries that exist for it.
func (p *Program) rehearse(visit func(s *rehearsal, u *unit, temporary int64)) {
	s := &rehearsal{Program: p, left: append([]int(nil), p.uses...), held: map[int]int64{}, visit: visit}
	for _, stage := range p.stages {
		if stage.flow != nil {
			s.flow(stage.flow)
		} else {
			s.step(stage.step)
		}
	}
}

// set changes the bytes that are held of a class.
func (s *rehearsal) set(class int, bytes int64) {
	s.used += bytes - s.held[class]
	s.held[class] = bytes
	if bytes == 0 {
		delete(s.held, class)
	}
}

func (s *rehearsal) step(st *step) {
	s.hold(st, 1)
	for _, pass := range st.passes() {
		for i, u := range st.units {
			s.load(u)
			var passing int64
			var instances []*instance
			for _, i := range pass {
				passing += s.results(u, st.instances[i])
				instances = append(instances, st.instances[i])
			}
			s.visit(s, u, passing+s.temporaries(u, instances))
			s.finish(st, i, pass)
		}
	}
	s.hold(st, -1)
}

// hold counts the reference's watched values of a step as [run.hold] does.
func (s *rehearsal) hold(st *step, n int) {
	for _, class := range s.heldForProbe(st) {
		s.left[class] += n
		if s.left[class] == 0 {
			s.set(class, 0)
		}
	}
}

// load counts the inputs of the graph that a unit reads.
func (s *rehearsal) load(u *unit) {
	for _, v := range u.reads() {
		if v.Node == nil {
			s.set(s.class[0][v.ID], int64(v.Shape.Size()*s.valueStorage(0, v).Bytes()))
		}
	}
}

// results counts what an instance of a unit makes, and returns the bytes of results that nobody reads.
func (s *rehearsal) results(u *unit, in *instance) (passing int64) {
	for _, n := range u.made() {
		for _, v := range n.Out {
			class := s.class[in.plan][v.ID]
			bytes := int64(v.Shape.Size() * s.storage(in.plan, v).Bytes())
			switch {
			case s.held[class] > 0:
			case s.left[class] > 0:
				s.set(class, bytes)
			case u.rows == 0 && u.column == nil:
				passing += bytes
			}
		}
	}
	return passing
}

// finish counts down the reads of a unit as [run.finish] does.
func (s *rehearsal) finish(st *step, unit int, pass []int) {
	for _, i := range pass {
		for _, c := range st.instances[i].reads[unit] {
			s.left[c]--
			if s.left[c] == 0 {
				s.set(c, 0)
			}
		}
	}
}

// flow counts the windows of a flow as they are when each unit is carried out.
func (s *rehearsal) flow(f *flow) {
	var temporary int64
	for i, st := range f.steps {
		s.load(f.unit(i))
		temporary = max(temporary, s.temporaries(f.unit(i), st.instances))
	}
	cursor := make([]int, len(f.steps))
	kept := make([]int, len(f.windows))
	for strip := range f.strips {
		f.advance(cursor, strip)
		for k := range f.windows {
			w := &f.windows[k]
			s.set(w.class, int64((f.made(w, cursor)-kept[k])*w.storage.Bytes()))
		}
		s.visit(s, f.unit(0), temporary)
		for k := range f.windows {
			kept[k] = f.kept(&f.windows[k], cursor)
		}
	}
	for _, st := range f.steps {
		s.finish(st, 0, st.passes()[0])
	}
	for _, w := range f.windows {
		if s.left[w.class] == 0 {
			s.set(w.class, 0)
		}
	}
}
