package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// killText is a sweep of six cells that stop after the first convolutions.
const killText = `name: kill
kind: sweep
sweep:
  lengths: [2048]
  seeds: [1, 2, 3]
  inputs: [{random: {seed: 42}}, {pattern: {name: alternating_ACGT}}]
  outputs: [alphagenome/sequence_encoder/dna_embedder]
reference: f32
policies: [jax-cpu-eager]
`

// contents returns what the files of a sweep hold that must not depend on how it was computed, by name. The report and
// results.json have times and the command.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range files(t, folder) {
		if name != "sweep.json" && name != "sweep.csv" && filepath.Dir(name) != "cells" || strings.HasSuffix(name, "/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(text)
	}
	return out
}

// bf16lab runs the program in a folder and returns what it writes to both outputs.
func bf16lab(t *testing.T, folder string, args ...string) string {
	t.Helper()
	command := exec.Command("bf16lab", args...)
	command.Dir = folder
	text, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, text)
	}
	return string(text)
}

// startSweep begins a sweep and returns when some cells are finished.
func startSweep(t *testing.T, folder string, cells int, args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	run := exec.Command("bf16lab", args...)
	run.Dir = folder
	var out strings.Builder
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		if done, _ := filepath.Glob(filepath.Join(folder, "killed/cells/*.json")); len(done) >= cells {
			return run, &out
		}
		if time.Now().After(end) {
			run.Process.Kill()
			t.Fatalf("no %d cells after a minute: %v\n%s", cells, run.Wait(), out.String())
		}
	}
}

// TestSweepKilled kills a real sweep between its cells, twice, by kill -9 and by Ctrl-C, and resumes it: everything but the
// times is that of an uninterrupted run, and the finished cells are the very files of before.
func TestSweepKilled(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send another one Ctrl-C there")
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "kill.yaml"), []byte(killText), 0o600); err != nil {
		t.Fatal(err)
	}
	bf16lab(t, folder, "run", "kill.yaml", "-o", "whole", "--threads", "2")

	run, out := startSweep(t, folder, 1, "run", "kill.yaml", "-o", "killed", "--threads", "1")
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(); err == nil {
		t.Fatalf("it came to its end before it was killed:\n%s", out)
	}
	first := cellFiles(t, folder)

	run, out = startSweep(t, folder, len(first)+1, "run", "kill.yaml", "-o", "killed", "--threads", "1", "--resume")
	if err := run.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := run.Wait(); run.ProcessState.ExitCode() != 130 {
		t.Fatalf("ended with %v:\n%s", err, out)
	}
	second := cellFiles(t, folder)
	line := fmt.Sprintf("bf16lab: stopped by signal interrupt, %d of 6 cells are finished in killed; the same command with --resume goes on from there\n", len(second))
	if !strings.HasSuffix(out.String(), line) {
		t.Errorf("%q does not end with %q", out, line)
	}
	for _, report := range []string{"report.html", "results.json", "sweep.csv"} {
		if _, err := os.Stat(filepath.Join(folder, "killed", report)); err == nil {
			t.Errorf("an unfinished sweep has %s", report)
		}
	}

	if text := bf16lab(t, folder, "run", "kill.yaml", "-o", "killed", "--resume"); !strings.HasPrefix(text, fmt.Sprintf("sweep: 6 cells, %d finished\n", len(second))) {
		t.Errorf("resumed with %s", text)
	}
	last := cellFiles(t, folder)
	for name, info := range first {
		if !os.SameFile(info, second[name]) || !os.SameFile(info, last[name]) {
			t.Errorf("%s was finished before the first interruption and was computed again", name)
		}
	}
	for name, info := range second {
		if !os.SameFile(info, last[name]) {
			t.Errorf("%s was finished before the second interruption and was computed again", name)
		}
	}
	if diff := cmp.Diff(contents(t, filepath.Join(folder, "whole")), contents(t, filepath.Join(folder, "killed"))); diff != "" {
		t.Errorf("(-uninterrupted +resumed):\n%s", diff)
	}
	// A sweep that is complete has nothing left to do.
	before, err := os.Stat(filepath.Join(folder, "killed/report.html"))
	if err != nil {
		t.Fatal(err)
	}
	bf16lab(t, folder, "run", "kill.yaml", "-o", "killed", "--resume")
	if after, err := os.Stat(filepath.Join(folder, "killed/report.html")); err != nil || !os.SameFile(before, after) {
		t.Errorf("the report was written again: %v", err)
	}
}

// cellFiles returns the files of the finished cells of the killed sweep.
func cellFiles(t *testing.T, folder string) map[string]fs.FileInfo {
	t.Helper()
	out := map[string]fs.FileInfo{}
	names, err := filepath.Glob(filepath.Join(folder, "killed/cells/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if out[filepath.Base(name)], err = os.Stat(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
