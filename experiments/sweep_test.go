package experiments

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// fakeReplays stands for the model: what it returns depends on the experiment alone. It counts cells and fails after some.
type fakeReplays struct {
	plan  *results.SweepPlan
	done  []string // input, organism and so on of the cells that were computed
	after int      // number of cells after which it fails; -1 for never
	input string   // the digest of the input in place of the right one, unless empty
}

var errPower = errors.New("the power is gone")

func (f *fakeReplays) replay(_ context.Context, c *Config, o Options) (*results.Run, error) {
	if len(f.done) == f.after {
		return nil, errPower
	}
	in, err := c.sequences()
	if err != nil {
		return nil, err
	}
	cell := fmt.Sprintf("%s %d %s %d", in[0].Source, in[0].Len(), c.Organism, c.Weights.Synthetic.Seed)
	f.done = append(f.done, cell)
	o.Progress(1, 2)
	run := &results.Run{Input: results.Input{SHA256: in[0].SHA256(), Source: in[0].Source}, Reference: results.Policy{Digest: cell}}
	if f.input != "" {
		run.Input.SHA256 = f.input
	}
	for _, p := range f.plan.Policies {
		run.Policies = append(run.Policies, results.Policy{Name: p.Name, Digest: cell + p.Name, Seconds: float64(os.Getpid())})
	}
	for _, name := range f.plan.Watched {
		tap := results.Tap{Name: name}
		for _, p := range f.plan.Policies {
			h := fnv.New32()
			fmt.Fprint(h, cell, name, p.Name)
			var a metrics.Accumulator
			a.Add([]float32{1, 2}, []float32{float32(h.Sum32()%1000) / 1000, float32(h.Sum32() % 7)}, 0)
			tap.Metrics = append(tap.Metrics, a.Result())
		}
		run.Taps = append(run.Taps, tap)
	}
	return run, nil
}

// sessions makes sweeps that share a plan.
type sessions struct{ base *sweep }

func newSessions(t testing.TB) *sessions {
	config, err := parseSweep(t)
	if err != nil {
		t.Fatal(err)
	}
	base, err := newSweep(config, Options{Threads: 1, Sweep: SweepOptions{Build: "test"}})
	if err != nil {
		t.Fatal(err)
	}
	return &sessions{base}
}

// run is one process: it computes until the power fails after a number of cells, or to the end for -1.
func (s *sessions) run(o SweepOptions, after int) (*results.Run, *fakeReplays, error) {
	fake := &fakeReplays{plan: s.base.plan, after: after}
	sweep := *s.base
	sweep.files = make([]*results.SweepFile, len(s.base.plan.Replays))
	o.Build = sweep.options.Sweep.Build
	sweep.options.Sweep = o
	sweep.replay = fake.replay
	run, err := sweep.run(context.Background())
	return run, fake, err
}

// snapshot returns the contents of the files of a folder, by name.
func snapshot(t rapid.TB, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, folder)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// equalTables compares what must not depend on how a sweep was computed.
func equalTables(t rapid.TB, want, got *results.Run) {
	t.Helper()
	times := cmpopts.IgnoreFields(results.Run{}, "Started", "Seconds", "PeakBytes", "Command", "Machine")
	if diff := cmp.Diff(want, got, times, cmpopts.EquateNaNs()); diff != "" {
		t.Fatalf("(-uninterrupted +this):\n%s", diff)
	}
}

// TestSweepResume stops sweeps at any place any number of times, damages files in between, and resumes: the files and the table
// must be those of an uninterrupted run, and nothing that was finished and is whole may be computed again.
func TestSweepResume(t *testing.T) {
	s := newSessions(t)
	whole := filepath.Join(t.TempDir(), "whole")
	want, _, err := s.run(SweepOptions{Folder: whole}, -1)
	if err != nil {
		t.Fatal(err)
	}
	cells := snapshot(t, filepath.Join(whole, "cells"))
	total := len(s.base.plan.Replays)
	rapid.Check(t, func(rt *rapid.T) {
		folder := filepath.Join(t.TempDir(), "sweep")
		intact := 0
		for i := range rapid.IntRange(0, 4).Draw(rt, "interruptions") {
			before, resume := intact, i > 0 || rapid.Bool().Draw(rt, "resume what is not there")
			after := rapid.IntRange(0, total).Draw(rt, "cells before the power fails")
			_, fake, err := s.run(SweepOptions{Folder: folder, Resume: resume}, after)
			var u *Unfinished
			switch {
			case err == nil && before+len(fake.done) == total:
			case errors.As(err, &u) && errors.Is(err, errPower) && u.Done == before+after && u.Total == total && len(fake.done) == after:
			default:
				rt.Fatalf("%d intact before, %d computed: %v", before, len(fake.done), err)
			}
			damage(rt, folder)
			intact = 0
			for name, text := range snapshot(rt, filepath.Join(folder, "cells")) {
				if text == cells[name] {
					intact++
				}
			}
		}
		got, fake, err := s.run(SweepOptions{Folder: folder, Resume: true}, -1)
		if err != nil {
			rt.Fatal(err)
		}
		if len(fake.done) != total-intact {
			rt.Fatalf("%d cells were computed, %d were missing", len(fake.done), total-intact)
		}
		equalTables(rt, want, got)
		if diff := cmp.Diff(snapshot(rt, whole), snapshot(rt, folder)); diff != "" {
			rt.Fatalf("files (-uninterrupted +resumed):\n%s", diff)
		}
	})
}

// damage spoils the files of some finished cells.
func damage(t *rapid.T, folder string) {
	names, err := filepath.Glob(filepath.Join(folder, "cells", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch rapid.SampledFrom([]string{"no", "no", "cut", "change", "remove", "other"}).Draw(t, "damage") {
		case "no":
			continue
		case "cut":
			text = text[:rapid.IntRange(0, max(0, len(text)-1)).Draw(t, "at")]
		case "change":
			if len(text) == 0 {
				continue
			}
			text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "with"))
		case "remove":
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			continue
		case "other": // the file of another cell
			other, err := os.ReadFile(names[(i+1)%len(names)])
			if err != nil { // removed
				continue
			}
			text = other
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSweepFolderErrors checks what is refused before the first cell, and after one whose input has changed.
func TestSweepFolderErrors(t *testing.T) {
	s := newSessions(t)
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	refused := func(want string, o SweepOptions) {
		t.Helper()
		_, fake, err := s.run(o, -1)
		if err == nil || err.Error() != want || len(fake.done) > 0 {
			t.Errorf("error %v after %d cells, want %s", err, len(fake.done), want)
		}
	}
	if _, _, err := s.run(SweepOptions{Folder: path("a")}, 2); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	refused("output folder "+path("a")+" is not empty: go on with --resume, choose another one with -o, or remove it", SweepOptions{Folder: path("a")})
	refused(folder+" holds no sweep: there is no sweep.json in it", SweepOptions{Folder: folder, Resume: true})
	stray := filepath.Join(path("a"), "cells", "stray.json")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(stray+" is no cell of this sweep: remove it", SweepOptions{Folder: path("a"), Resume: true})
	// What a killed process has left of a file is not in the way.
	if err := os.Rename(stray, filepath.Join(filepath.Dir(stray), ".stray.json.1.tmp")); err != nil {
		t.Fatal(err)
	}
	if _, fake, err := s.run(SweepOptions{Folder: path("a"), Resume: true}, -1); err != nil || len(fake.done) != 6 {
		t.Errorf("error %v after %d cells", err, len(fake.done))
	}
	s.base.plan.Outputs = []string{"other"}
	s.base.plan.SetKeys()
	refused(path("a")+" holds another sweep: the outputs differ from what is asked for", SweepOptions{Folder: path("a"), Resume: true})
}

func TestSweepInputChanged(t *testing.T) {
	s := newSessions(t)
	fake := &fakeReplays{plan: s.base.plan, after: -1, input: "another"}
	s.base.replay = fake.replay
	s.base.options.Sweep.Folder = t.TempDir()
	_, err := s.base.run(context.Background())
	want := "random, numpy.random.RandomState(42).randint(0, 4, (1, 4096)) has changed since the sweep began; 0 of 8 cells are finished in " +
		s.base.options.Sweep.Folder + "; the same command with --resume goes on from there"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// TestNonFiniteCount counts what is not finite in the test alone.
func TestNonFiniteCount(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	var a metrics.Accumulator
	a.Add([]float32{1, nan, 2, inf, 3}, []float32{1, nan, nan, 5, inf}, 0)
	m := a.Result()
	if n := onlyTestNonFinite(&m); n != 2 {
		t.Errorf("%d elements, want 2", n)
	}
}
