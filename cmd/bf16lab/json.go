package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// writeJSON writes figures to a temporary file and renames it.
func writeJSON(path string, figures any) error {
	text, err := json.MarshalIndent(figures, "", " ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".bf16lab-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
