package results

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// sweepColumns are the columns of sweep.csv.
var sweepColumns = []string{"length", "input", "organism", "seed", "policy", "output", "rel_l2", "non_finite", "digest"}

// WriteSweepCSV writes the table of a sweep as a CSV file, in the way of [Write].
func WriteSweepCSV(path string, r *Run) error {
	if err := writeFile(path, func(w io.Writer) error { return EncodeSweepCSV(w, r) }); err != nil {
		return fmt.Errorf("results: write %s: %w", path, err)
	}
	return nil
}

// EncodeSweepCSV writes a header and a row for each replay, policy and output of a sweep. It writes nothing if Run.Check finds
// a fault.
//
// rel_l2 is that of the output; non_finite and digest are those of all watched taps under the policy and stand in each of its
// rows.
func EncodeSweepCSV(w io.Writer, r *Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(sweepColumns); err != nil {
		return err
	}
	for i := range r.Sweep.Cells {
		c := &r.Sweep.Cells[i]
		for k, output := range r.Sweep.Outputs {
			err := out.Write([]string{
				strconv.Itoa(c.Length), c.Input, c.Organism, strconv.FormatUint(c.Seed, 10), c.Policy,
				output, decimalText(float64(c.RelativeL2[k])), strconv.FormatInt(c.NonFinite, 10), c.Digest,
			})
			if err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}
