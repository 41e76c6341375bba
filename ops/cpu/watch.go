package cpu

// passes returns the instances of a step in the groups in which they run: all together for a single unit, one after the
// other for several.
func (s *step) passes() [][]int {
	var out [][]int
	for i := range s.instances {
		if len(s.units) == 1 && i > 0 {
			out[0] = append(out[0], i)
			continue
		}
		out = append(out, []int{i})
	}
	return out
}

// beginStep announces the watched values of a step. Where the instances run one after the other, the reference's watched
// values are held until the end of the step.
func (r *run) beginStep(s *step) {
	for _, u := range s.units {
		r.announce(u, func(watch, groups int) { r.Probe.Begin(watch, groups) })
	}
	r.hold(s, 1)
}

func (r *run) endStep(s *step) {
	for _, u := range s.units {
		r.announce(u, func(watch, _ int) { r.Probe.End(watch) })
	}
	r.hold(s, -1)
}

// heldForProbe returns the classes of the reference's watched values of a step whose instances run one after the other.
func (p *Program) heldForProbe(s *step) (classes []int) {
	if len(s.units) == 1 || len(s.instances) == 1 {
		return nil
	}
	for _, u := range s.units {
		for _, n := range u.made() {
			for _, v := range n.Out {
				if len(p.watches[v]) > 0 {
					classes = append(classes, p.class[0][v.ID])
				}
			}
		}
	}
	return classes
}

// hold adds to the reads that are still to come of the values that a step holds for the probe.
func (r *run) hold(s *step, n int) {
	if r.Probe == nil {
		return
	}
	for _, class := range r.heldForProbe(s) {
		r.left[class] += n
		if r.left[class] == 0 {
			r.drop(class)
		}
	}
}

// announce calls f for every watched value of a unit with the number of groups that it is observed in.
func (r *run) announce(u *unit, f func(watch, groups int)) {
	if r.Probe == nil {
		return
	}
	for _, n := range u.made() {
		for _, v := range n.Out {
			_, groups := chunkGroups(v.Shape.Size())
			if u.rows > 0 {
				_, _, groups = u.tiles()
			}
			for _, w := range r.watches[v] {
				f(w, groups)
			}
		}
	}
}
