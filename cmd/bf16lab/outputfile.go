package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// outputFile is a file that is there whole or not at all: it is written under a hidden name beside its final one. Making it
// first finds out early whether it can be written.
type outputFile struct {
	final   string
	partial *os.File
}

func newOutputFile(final string) (*outputFile, error) {
	if isFolder(final) {
		return nil, fmt.Errorf("output file %s is a folder", final)
	}
	f, err := os.CreateTemp(filepath.Dir(final), "."+filepath.Base(final)+".*.partial")
	if err != nil {
		return nil, fmt.Errorf("output file: %w", err)
	}
	return &outputFile{final: final, partial: f}, nil
}

// commit writes the text and gives the file its final name.
func (o *outputFile) commit(text []byte) error {
	_, err := o.partial.Write(text)
	err = errors.Join(err, o.partial.Chmod(0o644), o.partial.Close())
	if err == nil {
		err = os.Rename(o.partial.Name(), o.final)
	}
	if err != nil {
		return fmt.Errorf("output file: %w", err)
	}
	o.partial = nil
	return nil
}

// discard removes what was not committed.
func (o *outputFile) discard() {
	if o.partial != nil {
		o.partial.Close()
		os.Remove(o.partial.Name())
	}
}
