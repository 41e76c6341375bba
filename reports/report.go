package reports

import (
	"fmt"
	"path/filepath"

	"bf16lab/experiments/results"
)

// Write makes the report of a run in folder dir: report.html, plots/ with every picture as PNG and SVG and its data as CSV,
// data.json and data.npz with everything that is shown, and notes.md.
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
	data, err := encodePlotted(run)
	if err != nil {
		return fmt.Errorf("reports: make data.json: %w", err)
	}
	arrays, err := encodeArrays(arraysOf(run))
	if err != nil {
		return fmt.Errorf("reports: make data.npz: %w", err)
	}
	page, err := renderPage(run)
	if err != nil {
		return fmt.Errorf("reports: make page: %w", err)
	}
	for _, f := range []file{{"data.json", data}, {"data.npz", arrays}, {"notes.md", newNotes(run)}, {"report.html", page}} {
		files = append(files, file{filepath.Join(dir, f.path), f.content})
	}
	return writeFiles(files)
}
