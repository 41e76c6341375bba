package reports

import (
	"fmt"
	"path/filepath"

	"bf16lab/experiments/results"
)

// Write makes the report of a run in folder dir: report.html and plots/*.png.
//
// Everything is rendered before the first file is written, each file goes to a temporary name and is then renamed, and
// report.html comes last. A folder with a report.html therefore holds a whole report.
func Write(dir string, run *results.Run) error {
	if run == nil {
		panic("reports: Write needs a run")
	}
	if err := check(run); err != nil {
		return err
	}
	drawn, err := pictureFiles(run)
	if err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	var files []file
	for _, f := range drawn {
		files = append(files, file{filepath.Join(dir, "plots", f.path), f.content})
	}
	page, err := renderPage(run)
	if err != nil {
		return fmt.Errorf("reports: make page: %w", err)
	}
	files = append(files, file{filepath.Join(dir, "report.html"), page})
	return writeFiles(files)
}
