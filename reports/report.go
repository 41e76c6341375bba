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
	var files []file
	for _, p := range pictures {
		content, err := p.render(run)
		if err != nil {
			return fmt.Errorf("reports: draw %s: %w", p.name, err)
		}
		files = append(files, file{filepath.Join(dir, "plots", p.name), content})
	}
	page, err := renderPage(run)
	if err != nil {
		return fmt.Errorf("reports: make page: %w", err)
	}
	files = append(files, file{filepath.Join(dir, "report.html"), page})
	return writeFiles(files)
}

// picture is one PNG of the report.
type picture struct {
	name   string
	render func(*results.Run) ([]byte, error)
}

// pictures lists the PNG files of a report.
var pictures = []picture{
	{"error_by_layer.png", func(run *results.Run) ([]byte, error) { return drawErrorPicture(newErrorPicture(run)) }},
	{"heat_map.png", func(run *results.Run) ([]byte, error) { return drawHeatPicture(newHeatPicture(run)) }},
	{"embedding_ulps.png", func(run *results.Run) ([]byte, error) { return drawUlpPicture(newUlpPicture(run)) }},
}
