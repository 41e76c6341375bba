package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"bf16lab/experiments"
	"bf16lab/experiments/results"
)

// sweepFlags are the flags of run that are for sweeps only.
type sweepFlags struct {
	Shard  experiments.Shard `placeholder:"I/N" help:"Of a sweep, compute the cells of the I-th of N parts only; merge puts the parts together."`
	Resume bool              `help:"Of a sweep, go on with what the output folder holds."`
}

// check refuses the flags for other kinds of experiment.
func (f *sweepFlags) check(kind string) error {
	flag := ""
	switch {
	case kind == results.KindSweep:
	case f.Resume:
		flag = "--resume"
	case f.Shard.Count > 0:
		flag = "--shard"
	}
	if flag != "" {
		return fmt.Errorf("%s is for experiments of kind %s, this one is of kind %s", flag, results.KindSweep, kind)
	}
	return nil
}

// sweep runs a sweep in its output folder. The report is written when no cell is missing.
func (c *runCommand) sweep(ctx context.Context, con *console, config *experiments.Config, folder string, o experiments.Options) error {
	build, err := identity()
	if err != nil {
		return err
	}
	o.Sweep = experiments.SweepOptions{
		Folder: folder, Resume: c.Resume, Shard: c.Shard, Build: build,
		Tell: func(line string) { fmt.Fprintln(con.err, line) },
	}
	progress := newProgress(con.err)
	o.Progress = progress.update
	run, err := experiments.Run(ctx, config, o)
	progress.end(err == nil)
	if err != nil {
		return err
	}
	if run.Sweep.Missing > 0 {
		fmt.Fprintf(con.out, "shard %v is finished in %s; when the others are: bf16lab merge DIR... -o DIR\n", c.Shard, folder)
		return nil
	}
	// The report of a sweep that was finished earlier is the same but for the times, which are of the run that made it.
	if report := filepath.Join(folder, reportFile); !isFile(report) {
		output, err := reopenOutputFolder(folder)
		if err != nil {
			return err
		}
		defer output.discard()
		if err := output.publishReport(ctx, run); err != nil {
			return err
		}
	}
	writeSweepSummary(con.out, run)
	fmt.Fprintf(con.out, "\n%s\n", filepath.Join(folder, reportFile))
	return nil
}

// writeSweepSummary writes a table with a line for each output and policy: the error over all cells.
func writeSweepSummary(w io.Writer, run *results.Run) {
	cells := len(run.Sweep.Cells) / max(1, len(run.Policies))
	fmt.Fprintf(w, "Relative L2 against %s over %d cells", run.Reference.Name, cells)
	if run.Sweep.Missing > 0 {
		fmt.Fprintf(w, ", %d are missing", run.Sweep.Missing)
	}
	fmt.Fprint(w, "\n\n")
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(table, "output\tpolicy\tleast\tmedian\tlargest\tnon-finite elements")
	for k, output := range run.Sweep.Outputs {
		for i := range run.Policies {
			values, bad := sweepErrors(&run.Sweep, run.Policies[i].Name, k)
			if len(values) == 0 {
				continue
			}
			slices.Sort(values)
			n := len(values)
			median := (values[(n-1)/2] + values[n/2]) / 2
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%d\n", shortenTap(output, 40), shorten(run.Policies[i].Name, 30),
				errorText(values[0]), errorText(median), errorText(values[n-1]), bad)
		}
	}
	table.Flush()
}

// sweepErrors returns the errors of a policy at an output in all cells, and how many elements are not finite.
func sweepErrors(s *results.Sweep, policy string, output int) (values []float64, nonFinite int64) {
	for i := range s.Cells {
		if s.Cells[i].Policy == policy {
			values = append(values, float64(s.Cells[i].RelativeL2[output]))
			nonFinite += s.Cells[i].NonFinite
		}
	}
	return values, nonFinite
}
