package reports

import (
	"fmt"
	"strings"

	"bf16lab/experiments/results"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// drawing is what a picture shows: it draws itself, and gives its data as a table.
type drawing interface {
	size() (width, height vg.Length)
	draw(canvas draw.Canvas) error
	table() table
}

// picture is one picture of the report, without an extension in its name.
type picture struct {
	name string
	make func(*results.Run) drawing // nil for a run that has no data for it
}

// pictures lists the pictures of a report.
var pictures = []picture{
	{"error_by_layer", func(run *results.Run) drawing { return ifTaps(run, newErrorPicture(run)) }},
	{"local_by_layer", func(run *results.Run) drawing { return ifLocal(run, newLocalPicture(run)) }},
	{"gain_by_layer", func(run *results.Run) drawing { return ifLocal(run, newGainPicture(run)) }},
	{"heat_map", func(run *results.Run) drawing { return ifTaps(run, newHeatPicture(run)) }},
	{"embedding_ulps", func(run *results.Run) drawing { return ifTaps(run, newUlpPicture(run)) }},
	{"error_against_magnitude", func(run *results.Run) drawing { return orNil(newScatterPicture(run)) }},
	{"ablation", func(run *results.Run) drawing { return orNil(newAblationPicture(run)) }},
	{"search_frontier", func(run *results.Run) drawing { return orNil(newFrontierPicture(run)) }},
	{"sweep", func(run *results.Run) drawing { return orNil(newSweepPicture(run)) }},
}

// orNil makes a drawing of a pointer, nil of a nil pointer.
func orNil[P interface {
	*curvesPicture | *ablationPicture
	drawing
}](p P) drawing {
	if p == nil {
		return nil
	}
	return p
}

// ifTaps drops a picture by layer for a run that is about something else. A replay without taps gets its empty pictures.
func ifTaps(run *results.Run, d drawing) drawing {
	if !hasLayers(run) {
		return nil
	}
	return d
}

// ifLocal drops a picture for a run without local errors.
func ifLocal(run *results.Run, d drawing) drawing {
	if !hasLocal(run) {
		return nil
	}
	return d
}

// kindOf is the kind of a run; results of before there were kinds are replays.
func kindOf(run *results.Run) string {
	if run.Kind == "" {
		return results.KindReplay
	}
	return run.Kind
}

// isReplay tells whether a run is a replay, with or without verdicts for its point.
func isReplay(run *results.Run) bool {
	kind := kindOf(run)
	return kind == results.KindReplay || kind == results.KindVerdict
}

// pictureFiles draws all pictures of a run in all formats, each with its data as CSV. Names are relative to plots/.
func pictureFiles(run *results.Run) ([]file, error) {
	var files []file
	for _, p := range pictures {
		d := p.make(run)
		if d == nil {
			continue
		}
		for _, f := range formats {
			content, err := drawPicture(d, f)
			if err != nil {
				return nil, fmt.Errorf("draw %s: %w", p.name, err)
			}
			files = append(files, file{p.name + "." + string(f), content})
		}
		files = append(files, file{p.name + ".csv", d.table().csv()})
	}
	return files, nil
}

// columnName writes a title as the name of a column: lower case, with underscores.
func columnName(title string) string { return strings.ToLower(strings.ReplaceAll(title, " ", "_")) }
