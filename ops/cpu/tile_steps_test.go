package cpu

import (
	"testing"

	"bf16lab/ops"
)

// tileSteps returns the steps of the row units of a program of one plan, as a run prepares them.
func tileSteps(t *testing.T, p *Program, load func(*ops.Value) *ops.Tensor) (steps []tileStep) {
	t.Helper()
	r := p.newRun(Options{Workers: 1, Load: func(v *ops.Value) (*ops.Tensor, error) { return load(v), nil }})
	defer r.releaseAll()
	for _, s := range p.stages {
		for _, u := range s.step.units {
			if err := r.load(u); err != nil {
				t.Fatal(err)
			}
			if u.rows > 0 {
				steps = append(steps, r.newTileProgram(u, s.step.instances[0], 8).steps...)
			}
		}
	}
	return steps
}
