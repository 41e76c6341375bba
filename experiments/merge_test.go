package experiments

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bf16lab/experiments/results"

	"github.com/google/go-cmp/cmp"
)

// TestSweepMerge computes shards in folders of their own; merged, they are what one process writes.
func TestSweepMerge(t *testing.T) {
	s := newSessions(t)
	folder := t.TempDir()
	whole := filepath.Join(folder, "whole")
	want, _, err := s.run(SweepOptions{Folder: whole}, -1)
	if err != nil {
		t.Fatal(err)
	}
	var shards []string
	for i := range 3 {
		shard := filepath.Join(folder, fmt.Sprint(i))
		shards = append(shards, shard)
		run, fake, err := s.run(SweepOptions{Folder: shard, Shard: Shard{i + 1, 3}}, -1)
		if err != nil || run.Sweep.Missing != len(s.base.plan.Replays)-len(fake.done) {
			t.Fatalf("shard %d: %v, missing %d after %d", i, err, run.Sweep.Missing, len(fake.done))
		}
	}
	merged := filepath.Join(folder, "merged")
	// A folder that is given twice and one that holds everything have the same files for the same cells.
	got, err := Merge(append(shards, shards[0], whole), MergeOptions{Options: s.base.options, Folder: merged})
	if err != nil {
		t.Fatal(err)
	}
	equalTables(t, want, got)
	if diff := cmp.Diff(snapshot(t, whole), snapshot(t, merged)); diff != "" {
		t.Errorf("files (-one process +merged):\n%s", diff)
	}
}

func TestSweepMergeErrors(t *testing.T) {
	s := newSessions(t)
	folder := t.TempDir()
	a, b := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	for i, name := range []string{a, b} {
		if _, _, err := s.run(SweepOptions{Folder: name, Shard: Shard{i + 1, 2}}, -1); err != nil {
			t.Fatal(err)
		}
	}
	merge := func(name string, partial bool, folders ...string) (*results.Run, error) {
		return Merge(folders, MergeOptions{Folder: filepath.Join(folder, "to "+name), Partial: partial})
	}
	refused := func(name, want string, folders ...string) {
		t.Helper()
		if _, err := merge(name, false, folders...); err == nil || err.Error() != strings.ReplaceAll(want, "$", folder+"/") {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
		if _, err := os.Stat(filepath.Join(folder, "to "+name)); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
	refused("missing", "4 of 8 cells are missing, the first is length 4096, input random seed 42, organism mouse, seed 7: compute them, or merge what there is with --partial", a)
	run, err := merge("partial", true, a)
	if err != nil || run.Sweep.Missing != 4 || len(run.Sweep.Cells) != 8 {
		t.Errorf("partial: %v, %+v", err, run)
	}
	refused("no sweep", "$none holds no sweep: there is no sweep.json in it", a, filepath.Join(folder, "none"))

	other := newSessions(t)
	other.base.plan.Build = "other"
	other.base.plan.SetKeys()
	if _, _, err := other.run(SweepOptions{Folder: filepath.Join(folder, "other")}, -1); err != nil {
		t.Fatal(err)
	}
	refused("different", "$a and $other hold different sweeps: the build of bf16lab differ", a, filepath.Join(folder, "other"))

	// The same cell with another result, as of a processor that is broken.
	conflicting := filepath.Join(folder, "conflicting")
	store := &sweepStore{conflicting, s.base.plan}
	f, err := results.ReadSweepFile((&sweepStore{a, s.base.plan}).path(2), s.base.plan, 2)
	if err != nil {
		t.Fatal(err)
	}
	f.Cells[1].RelativeL2[0] += 1e-9
	if err := errors.Join(store.create(), store.keep(2, f)); err != nil {
		t.Fatal(err)
	}
	refused("conflict", "$a and $conflicting differ in 1 cells, the first is length 4096, input fasta lambda_virus.fa.gz NC_001416.1 from 100, organism human, seed 7", a, b, conflicting)

	stray := filepath.Join(conflicting, "cells", "stray.json")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused("stray", stray+" is no cell of this sweep: remove it", a, b, conflicting)
	if err := errors.Join(os.Remove(stray), os.Truncate(store.path(2), 20)); err != nil {
		t.Fatal(err)
	}
	refused("damaged", "results: read "+store.path(2)+": no valid JSON at byte 20: unexpected end of JSON input: compute the cell again with --resume", a, b, conflicting)
}
