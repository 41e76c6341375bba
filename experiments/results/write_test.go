package results

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLayout checks that each policy, tap, variant and explanation has a line of its own, and each field one.
func TestLayout(t *testing.T) {
	run := example()
	lines := strings.Split(encoded(t), "\n")
	// 20 fields, 5 closing brackets less one list of no structures, the entries, two braces, and the end of the last line.
	want := 20 + 4 + len(run.Policies) + len(run.Taps) + len(run.Variants) + len(run.Explanations) + 2 + 1
	if len(lines) != want {
		t.Errorf("%d lines, want %d:\n%s", len(lines), want, strings.Join(lines, "\n"))
	}
}

// TestAtomic checks that a write that fails leaves the old file and nothing else, and one that succeeds only the new file.
func TestAtomic(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "results.json")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("disk full")
	err := writeFile(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(path); string(text) != "old" {
			t.Errorf("while writing the file holds %q", text)
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != "old" {
		t.Errorf("after a failure the file holds %q", text)
	}
	bad := example()
	bad.Taps[1].Metrics = bad.Taps[1].Metrics[:1]
	want := "results: write " + path + ": taps[1].metrics: 1 entries for 2 policies"
	if err := Write(path, bad); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if err := WriteCSV(path, bad); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if err := Write(path, example()); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o644 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, error %v", entries, err)
	}
	if err := Write(filepath.Join(folder, "none", "results.json"), example()); err == nil {
		t.Error("no error for a folder that does not exist")
	}
}
