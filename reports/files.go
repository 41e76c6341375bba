package reports

import (
	"fmt"
	"os"
	"path/filepath"
)

// file is a path with its whole content.
type file struct {
	path    string
	content []byte
}

// writeFiles writes all files to temporary names beside their places and renames them in order, so that the last one
// appears only when all others are there. After an error no temporary file stays behind.
func writeFiles(files []file) (err error) {
	temporary := make([]string, 0, len(files))
	defer func() {
		if err != nil {
			for _, name := range temporary {
				os.Remove(name)
			}
		}
	}()
	for _, f := range files {
		name, err := writeTemporary(f)
		if name != "" {
			temporary = append(temporary, name)
		}
		if err != nil {
			return fmt.Errorf("reports: write %s: %w", f.path, err)
		}
	}
	for i, f := range files {
		if err := os.Rename(temporary[i], f.path); err != nil {
			return fmt.Errorf("reports: write %s: %w", f.path, err)
		}
	}
	return nil
}

// writeTemporary writes the content to a new file in the same folder and returns its name.
func writeTemporary(f file) (string, error) {
	folder := filepath.Dir(f.path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", err
	}
	w, err := os.CreateTemp(folder, ".tmp-"+filepath.Base(f.path)+"-*")
	if err != nil {
		return "", err
	}
	_, err = w.Write(f.content)
	if err == nil {
		err = w.Chmod(0o644)
	}
	if err == nil {
		err = w.Sync()
	}
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	return w.Name(), err
}
