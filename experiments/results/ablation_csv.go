package results

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// ablationColumns are the columns of ablation.csv.
var ablationColumns = []string{"group", "direction", "output", "seed", "rel_l2", "rel_l2_base", "share"}

// WriteAblationCSV writes the rows of an ablation as a CSV file, in the way of Write.
func WriteAblationCSV(path string, r *Run) error {
	if err := writeFile(path, func(w io.Writer) error { return EncodeAblationCSV(w, r) }); err != nil {
		return fmt.Errorf("results: write %s: %w", path, err)
	}
	return nil
}

// EncodeAblationCSV writes the header and a row for each group, direction, output and pair of weights and input, with the seed
// of the weights. It writes nothing if Run.Check finds a fault.
func EncodeAblationCSV(w io.Writer, r *Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(ablationColumns); err != nil {
		return err
	}
	for _, row := range r.Ablation.Rows {
		seed := strconv.FormatUint(r.Ablation.Runs[row.Run].Seed, 10)
		if err := out.Write([]string{
			row.Group, row.Direction, row.Output, seed, decimalText(float64(row.RelativeL2)), decimalText(float64(row.Base)), decimalText(float64(row.Share)),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
