package experiments

import (
	"context"
	"fmt"
	"slices"
	"time"

	"bf16lab/experiments/results"
	"bf16lab/model"

	"go.yaml.in/yaml/v4"
)

// SweepOptions are what a sweep needs besides [Options].
type SweepOptions struct {
	// Folder keeps a file for every finished replay. It has to be given, and new or empty unless Resume is set.
	Folder string
	Resume bool // take what the folder has, and compute the rest
	Shard  Shard
	Build  string       // tells one build of the program from another; their replays are never mixed
	Tell   func(string) // receives a line for a person now and then; nil for none
}

// sweep is a prepared sweep. The unit of work, a cell, is one replay: all policies in lock step for one length, input, organism
// and seed. That is where policies share what they agree on; tracing, planning and compiling take 30 ms of the seconds that a
// replay takes, so that cells have nothing to gain from each other.
type sweep struct {
	config  *Config
	options Options
	plan    *results.SweepPlan
	cells   []*Config       // by replay of the plan
	work    map[int]float64 // of a cell, by length
	files   []*results.SweepFile
	replay  func(context.Context, *Config, Options) (*results.Run, error)
}

// Sweep runs those cells of a sweep that are not in the folder yet, or those of a shard, and returns the table of all that are
// there. Everything that can be wrong with the experiment is found before the first cell.
func Sweep(ctx context.Context, c *Config, o Options) (*results.Run, error) {
	s, err := newSweep(c, o)
	if err != nil {
		return nil, err
	}
	if err := s.checkMemory(); err != nil {
		return nil, err
	}
	return s.run(ctx)
}

// newSweep makes the plan of a sweep.
func newSweep(c *Config, o Options) (*sweep, error) {
	s := &sweep{config: c, options: o, work: map[int]float64{}, replay: Replay}
	reference, policies, err := c.policies()
	if err != nil {
		return nil, err
	}
	g := model.Trace(model.AlphaGenome(c.Sweep.Lengths[0]))
	outputs, err := c.selectGlobs(g, c.Sweep.Outputs, "sweep.outputs")
	if err != nil {
		return nil, err
	}
	s.plan = &results.SweepPlan{
		Schema: results.Schema, Name: c.Name, Config: c.Text(), Build: o.Sweep.Build, Reference: policyResult(reference, 0, ""),
	}
	for _, p := range policies {
		s.plan.Policies = append(s.plan.Policies, policyResult(p, 0, ""))
	}
	for _, t := range outputs {
		s.plan.Outputs = append(s.plan.Outputs, t.Name)
	}
	if err := s.enumerate(c); err != nil {
		return nil, err
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.plan.SetKeys()
	s.files = make([]*results.SweepFile, len(s.plan.Replays))
	return s, nil
}

// enumerate lists the cells, the last of length, seed, input and organism changing fastest.
func (s *sweep) enumerate(c *Config) error {
	for _, length := range c.Sweep.Lengths {
		sums := make([]string, len(c.Sweep.Inputs))
		for i, in := range c.Sweep.Inputs {
			letters, err := c.sequence(in.ofLength(length), "sweep", "inputs", fmt.Sprint(i))
			if err != nil {
				return err
			}
			sums[i] = letters.SHA256()
		}
		for _, seed := range c.Sweep.Seeds {
			for i, in := range c.Sweep.Inputs {
				for _, organism := range c.Sweep.Organisms {
					s.plan.Replays = append(s.plan.Replays, results.SweepReplay{
						Length: length, Input: in.String(), SHA256: sums[i], Organism: organism, Seed: seed,
					})
					s.cells = append(s.cells, c.cell(length, seed, in, organism))
				}
			}
		}
	}
	return nil
}

// cell returns the experiment that one cell of a sweep is.
func (c *Config) cell(length int, seed uint64, in SweepInput, organism string) *Config {
	return &Config{
		Name: c.Name, Kind: results.KindReplay, Weights: WeightsConfig{Synthetic: &SyntheticConfig{Seed: seed}},
		Input: in.ofLength(length), Organism: organism, Reference: c.Reference, Policies: c.Policies,
		Taps: append(append([]yaml.Node{}, c.Sweep.Outputs...), c.Taps...), file: c.file, tree: c.tree, text: c.text,
	}
}

// longestCell returns a cell of the largest length.
func (c *Config) longestCell() *Config {
	s := c.Sweep
	return c.cell(slices.Max(s.Lengths), s.Seeds[0], s.Inputs[0], s.Organisms[0])
}

// checkMemory returns an error if the longest cell needs more than there is.
func (s *sweep) checkMemory() error {
	r, err := prepare(s.config.longestCell(), s.options)
	if err != nil {
		return err
	}
	return r.checkMemory()
}

// prepare finds out for each length what a cell takes, and whether the policies and taps fit the model.
func (s *sweep) prepare() error {
	for i, cell := range s.cells {
		length := s.plan.Replays[i].Length
		if _, ok := s.work[length]; ok {
			continue
		}
		r, err := prepare(cell, s.options)
		if err != nil {
			return err
		}
		s.work[length] = r.program.Work()
		if s.plan.Watched == nil {
			for _, t := range r.taps {
				s.plan.Watched = append(s.plan.Watched, t.Name)
			}
		}
	}
	return nil
}

// run carries out the cells of the shard that are not in the folder.
func (s *sweep) run(ctx context.Context) (*results.Run, error) {
	start := time.Now()
	store, err := s.open()
	if err != nil {
		return nil, err
	}
	mine, todo, total := 0, []int{}, 0.0
	for i := range s.plan.Replays {
		if !s.options.Sweep.Shard.Has(i) {
			continue
		}
		mine++
		if s.files[i] == nil {
			todo = append(todo, i)
			total += s.work[s.plan.Replays[i].Length]
		}
	}
	of := ""
	if s.options.Sweep.Shard.Count > 0 {
		of = fmt.Sprintf(" of %d in shard %v", len(s.plan.Replays), s.options.Sweep.Shard)
	}
	s.tell("sweep: %d cells%s, %d finished", mine, of, mine-len(todo))
	var peak int64
	done := 0.0
	for n, i := range todo {
		bytes, err := s.compute(ctx, store, i, done, total)
		if err != nil {
			return nil, &Unfinished{Folder: store.folder, Done: mine - len(todo) + n, Total: mine, Err: err}
		}
		peak = max(peak, bytes)
		done += s.work[s.plan.Replays[i].Length]
	}
	run := sweepResults(s.plan, s.files, s.options)
	run.Started, run.Seconds, run.PeakBytes = start.UTC(), time.Since(start).Seconds(), peak
	return run, nil
}

// compute carries out one cell and keeps its file. It returns the peak of the memory taken.
func (s *sweep) compute(ctx context.Context, store *sweepStore, i int, done, total float64) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	o := s.options
	o.Progress = func(part, whole float64) {
		if s.options.Progress != nil && whole > 0 {
			s.options.Progress(done+part/whole*s.work[s.plan.Replays[i].Length], total)
		}
	}
	run, err := s.replay(ctx, s.cells[i], o)
	if err != nil {
		return 0, err
	}
	if run.Input.SHA256 != s.plan.Replays[i].SHA256 {
		return 0, fmt.Errorf("%s has changed since the sweep began", run.Input.Source)
	}
	s.files[i] = sweepFile(s.plan, i, run)
	return run.PeakBytes, store.keep(i, s.files[i])
}

// tell hands a line to whoever listens.
func (s *sweep) tell(format string, args ...any) {
	if s.options.Sweep.Tell != nil {
		s.options.Sweep.Tell(fmt.Sprintf(format, args...))
	}
}

// Unfinished is the error of a sweep that has ended before its last cell. What is finished is kept.
type Unfinished struct {
	Folder      string
	Done, Total int // cells of the shard
	Err         error
}

// Error says what happened and what is left.
func (u *Unfinished) Error() string { return fmt.Sprintf("%v; %s", u.Err, u.Kept()) }

// Unwrap returns what happened.
func (u *Unfinished) Unwrap() error { return u.Err }

// Kept says what there is and how to go on.
func (u *Unfinished) Kept() string {
	return fmt.Sprintf("%d of %d cells are finished in %s; the same command with --resume goes on from there", u.Done, u.Total, u.Folder)
}
