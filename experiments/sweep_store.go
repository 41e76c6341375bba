package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bf16lab/experiments/results"
)

// The names in the folder of a sweep. Names that begin with a dot are files that are being written, or whose writer was killed.
const (
	sweepPlanFile  = "sweep.json"
	sweepCells     = "cells"
	sweepExtension = ".json"
)

// sweepStore is the folder of a sweep: the plan in sweep.json, and in cells/ a file for each finished replay, named by its key.
// Files get their names when they are complete, and whoever computes a cell writes the same bytes, so that processes need no
// lock against each other.
type sweepStore struct {
	folder string
	plan   *results.SweepPlan
}

func (s *sweepStore) path(i int) string {
	return filepath.Join(s.folder, sweepCells, s.plan.Replays[i].Key+sweepExtension)
}

// keep writes the file of a cell.
func (s *sweepStore) keep(i int, f *results.SweepFile) error {
	return results.WriteSweepFile(s.path(i), s.plan, i, f)
}

// open makes the folder of a new sweep, or reads the files of one that is resumed.
func (s *sweep) open() (*sweepStore, error) {
	folder := filepath.Clean(s.options.Sweep.Folder)
	if s.options.Sweep.Folder == "" {
		panic("experiments: a sweep needs a folder")
	}
	store := &sweepStore{folder, s.plan}
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	switch {
	case len(entries) == 0 || s.options.Sweep.Resume && !slices.ContainsFunc(entries, isVisible):
		return store, store.create()
	case !s.options.Sweep.Resume:
		return nil, fmt.Errorf("output folder %s is not empty: go on with --resume, choose another one with -o, or remove it", folder)
	}
	there, err := readSweepPlan(folder)
	if err != nil {
		return nil, err
	}
	if what := s.plan.Difference(there); what != "" {
		return nil, fmt.Errorf("%s holds another sweep: %s differ from what is asked for", folder, what)
	}
	store.plan = there
	damaged, err := store.read(s.files)
	for _, e := range damaged {
		s.tell("sweep: %v: computed again", e)
	}
	s.plan = there
	return store, err
}

func isVisible(e os.DirEntry) bool { return !strings.HasPrefix(e.Name(), ".") }

// create makes the folder with the plan. The folder of the cells comes first: where there is a plan, cells can be kept.
func (s *sweepStore) create() error {
	if err := os.MkdirAll(filepath.Join(s.folder, sweepCells), 0o777); err != nil {
		return fmt.Errorf("output folder: %w", err)
	}
	return results.WriteSweepPlan(filepath.Join(s.folder, sweepPlanFile), s.plan)
}

// readSweepPlan reads the plan of the sweep in a folder.
func readSweepPlan(folder string) (*results.SweepPlan, error) {
	plan, err := results.ReadSweepPlan(filepath.Join(folder, sweepPlanFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s holds no sweep: there is no %s in it", folder, sweepPlanFile)
	}
	return plan, err
}

// read reads the files of all cells that are there; files of other cells stay nil. Damaged files are reported one by one; a
// file that is of no cell of the sweep is an error.
func (s *sweepStore) read(files []*results.SweepFile) (damaged []error, err error) {
	entries, err := os.ReadDir(filepath.Join(s.folder, sweepCells))
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	index := map[string]int{}
	for i := range s.plan.Replays {
		index[s.plan.Replays[i].Key+sweepExtension] = i
	}
	for _, e := range entries {
		if !isVisible(e) {
			continue
		}
		i, ok := index[e.Name()]
		if !ok {
			return damaged, fmt.Errorf("%s is no cell of this sweep: remove it", filepath.Join(s.folder, sweepCells, e.Name()))
		}
		if files[i], err = results.ReadSweepFile(s.path(i), s.plan, i); err != nil {
			damaged = append(damaged, err)
		}
	}
	return damaged, nil
}
