package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files returns the files and folders below a folder, folders with a slash.
func files(t *testing.T, root string) []string {
	t.Helper()
	names := []string{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if entry.IsDir() {
			name += "/"
		}
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestOutputFolder(t *testing.T) {
	for _, c := range []struct {
		name, final, before string
		after               []string // of a commit; a discard must leave what was there before
	}{
		{"new", "run", "other/", []string{"other/", "run/", "run/plots/", "run/plots/a.png", "run/report.html"}},
		{"new below new folders", "a/b/run", "", []string{"a/", "a/b/", "a/b/run/", "a/b/run/plots/", "a/b/run/plots/a.png", "a/b/run/report.html"}},
		{"empty", "run/", "run/", []string{"run/", "run/plots/", "run/plots/a.png", "run/report.html"}},
		{"the working folder", ".", "", []string{"plots/", "plots/a.png", "report.html"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if c.before != "" {
				if err := os.MkdirAll(c.before, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			before := files(t, ".")
			for _, end := range []func(*outputFolder) error{func(*outputFolder) error { return nil }, (*outputFolder).commit} {
				o, err := newOutputFolder(c.final)
				if err != nil {
					t.Fatal(err)
				}
				write(t, filepath.Join(o.partial, "plots", "a.png"))
				write(t, filepath.Join(o.partial, "report.html"))
				if _, err := os.Stat(filepath.Join(o.final, "report.html")); err == nil {
					t.Error("a report before its time")
				}
				if err := end(o); err != nil {
					t.Fatal(err)
				}
				o.discard()
				want := before
				if o.partial == "" {
					want = c.after
				}
				if diff := cmp.Diff(want, files(t, ".")); diff != "" {
					t.Error(diff)
				}
			}
			if info, err := os.Stat(c.final); err != nil || info.Mode().Perm()&0o055 != 0o055 {
				t.Errorf("others cannot read the folder: %v, %v", info.Mode(), err)
			}
		})
	}
}

func TestOutputFolderRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "full", "x"))
	for path, want := range map[string]string{
		"full":         "output folder " + filepath.Join(dir, "full") + " is not empty: choose another one with -o, or remove it",
		"full/x":       "output folder: ",
		"full/x/below": "output folder: ",
	} {
		o, err := newOutputFolder(filepath.Join(dir, path))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, %v", path, o, err)
		}
	}
	if diff := cmp.Diff([]string{"full/", "full/x"}, files(t, dir)); diff != "" {
		t.Error(diff)
	}
}

// TestOutputFolderTaken lets somebody else fill the folder while the run goes on: neither may lose anything.
func TestOutputFolderTaken(t *testing.T) {
	dir := t.TempDir()
	o, err := newOutputFolder(filepath.Join(dir, "run"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(o.partial, "report.html"))
	partial := o.partial
	write(t, filepath.Join(dir, "run", "theirs"))
	if err = o.commit(); err == nil || !strings.Contains(err.Error(), "; the complete report is in "+partial) {
		t.Errorf("error is %v", err)
	}
	o.discard()
	for _, path := range []string{filepath.Join(partial, "report.html"), filepath.Join(dir, "run", "theirs")} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}
