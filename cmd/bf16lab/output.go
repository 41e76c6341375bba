package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// outputFolder is where a run writes to. Its files are written to a hidden folder and get their final names at the end, so
// that whoever looks at the final folder sees a whole report or nothing.
type outputFolder struct {
	final   string
	partial string   // what is written to until commit; empty after it
	exists  bool     // final was there before, empty
	replace bool     // what final holds under the same names is replaced
	made    []string // folders above final that did not exist, the deepest first
}

// newOutputFolder makes sure that final can become the folder of a run: that it is new or empty and can be written to.
func newOutputFolder(final string) (*outputFolder, error) {
	o := &outputFolder{final: filepath.Clean(final)}
	entries, err := os.ReadDir(o.final)
	switch {
	case err == nil && len(entries) > 0:
		return nil, fmt.Errorf("output folder %s is not empty: choose another one with -o, or remove it", o.final)
	case err == nil:
		o.exists = true
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("output folder: %w", err)
	}
	parent := filepath.Dir(o.final)
	for dir := parent; !isFolder(dir) && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		o.made = append(o.made, dir)
	}
	if o.exists {
		// An existing folder may be a link or a mounted volume, which cannot be replaced.
		parent = o.final
	} else if err := os.MkdirAll(parent, 0o777); err != nil {
		o.discard()
		return nil, fmt.Errorf("output folder: %w", err)
	}
	o.partial, err = os.MkdirTemp(parent, "."+filepath.Base(o.final)+".*.partial")
	if err != nil {
		o.discard()
		return nil, fmt.Errorf("output folder: %w", err)
	}
	return o, nil
}

// reopenOutputFolder makes a folder that holds finished cells ready to receive a report. What a killed process has left of an
// earlier one is replaced.
func reopenOutputFolder(final string) (*outputFolder, error) {
	o := &outputFolder{final: filepath.Clean(final), exists: true, replace: true}
	var err error
	if o.partial, err = os.MkdirTemp(o.final, ".report.*.partial"); err != nil {
		return nil, fmt.Errorf("output folder: %w", err)
	}
	return o, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// commit gives the files their final names, the report last. If that fails, the files stay where they are.
func (o *outputFolder) commit() error {
	partial := o.partial
	o.partial, o.made = "", nil
	if err := o.publish(partial); err != nil {
		return fmt.Errorf("output folder: %w; the complete report is in %s", err, partial)
	}
	return nil
}

func (o *outputFolder) publish(partial string) error {
	if err := os.Chmod(partial, 0o755); err != nil {
		return err
	}
	if !o.exists {
		return os.Rename(partial, o.final)
	}
	entries, err := os.ReadDir(partial)
	if err != nil {
		return err
	}
	for _, last := range []bool{false, true} {
		for _, e := range entries {
			if (e.Name() == reportFile) != last {
				continue
			}
			to := filepath.Join(o.final, e.Name())
			if o.replace {
				if err := os.RemoveAll(to); err != nil {
					return err
				}
			}
			if err := os.Rename(filepath.Join(partial, e.Name()), to); err != nil {
				return err
			}
		}
	}
	return os.Remove(partial)
}

// discard removes what a run that did not come to its end has left. After commit it does nothing.
func (o *outputFolder) discard() {
	if o.partial != "" {
		os.RemoveAll(o.partial)
	}
	for _, dir := range o.made {
		os.Remove(dir) // stays where somebody else uses it by now
	}
}
