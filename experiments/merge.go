package experiments

import (
	"fmt"
	"path/filepath"
	"time"

	"bf16lab/experiments/results"
)

// MergeOptions say how shards are put together.
type MergeOptions struct {
	Options
	Folder  string // receives the plan and the files of all cells; new or empty
	Partial bool   // take what there is if cells are missing
}

// Merge puts the cells of several folders of one sweep into one and returns its table. It is an error if the folders hold
// different sweeps, if a file is damaged, if two folders have different files for a cell, and if cells are missing.
func Merge(folders []string, o MergeOptions) (*results.Run, error) {
	start := time.Now()
	m := &merge{}
	for _, folder := range folders {
		if err := m.add(folder); err != nil {
			return nil, err
		}
	}
	if len(m.conflicts) > 0 {
		c := m.conflicts[0]
		return nil, fmt.Errorf("%s differ in %d cells, the first is %v", c.folders, len(m.conflicts), c.replay)
	}
	run := sweepResults(m.plan, m.files, o.Options)
	if run.Sweep.Missing > 0 && !o.Partial {
		return nil, fmt.Errorf("%d of %d cells are missing, the first is %v: compute them, or merge what there is with --partial",
			run.Sweep.Missing, len(m.files), m.firstMissing())
	}
	store := &sweepStore{o.Folder, m.plan}
	if err := store.create(); err != nil {
		return nil, err
	}
	for i, f := range m.files {
		if f == nil {
			continue
		}
		if err := store.keep(i, f); err != nil {
			return nil, err
		}
	}
	run.Started, run.Seconds = start.UTC(), time.Since(start).Seconds()
	return run, nil
}

// merge is what is known of the folders that were read.
type merge struct {
	plan      *results.SweepPlan
	files     []*results.SweepFile // by replay
	from      []string             // by replay: the folder that the file is from
	first     string               // the folder that the plan is from
	conflicts []conflict
}

// conflict is a cell that two folders have different files for.
type conflict struct {
	folders string
	replay  *results.SweepReplay
}

// add reads the folder of a shard.
func (m *merge) add(folder string) error {
	folder = filepath.Clean(folder)
	plan, err := readSweepPlan(folder)
	if err != nil {
		return err
	}
	if m.plan == nil {
		m.plan, m.first = plan, folder
		m.files, m.from = make([]*results.SweepFile, len(plan.Replays)), make([]string, len(plan.Replays))
	}
	if what := m.plan.Difference(plan); what != "" {
		return fmt.Errorf("%s and %s hold different sweeps: %s differ", m.first, folder, what)
	}
	files := make([]*results.SweepFile, len(plan.Replays))
	damaged, err := (&sweepStore{folder, m.plan}).read(files)
	if err != nil {
		return err
	}
	if len(damaged) > 0 {
		return fmt.Errorf("%w: compute the cell again with --resume", damaged[0])
	}
	for i, f := range files {
		switch {
		case f == nil:
		case m.files[i] == nil:
			m.files[i], m.from[i] = f, folder
		case f.Checksum != m.files[i].Checksum:
			m.conflicts = append(m.conflicts, conflict{m.from[i] + " and " + folder, &m.plan.Replays[i]})
		}
	}
	return nil
}

// firstMissing returns the first cell without a file, nil if there is none.
func (m *merge) firstMissing() *results.SweepReplay {
	for i, f := range m.files {
		if f == nil {
			return &m.plan.Replays[i]
		}
	}
	return nil
}
