package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bf16lab/experiments/results"
	"bf16lab/reports"
)

// reportCommand rebuilds the report of a run, or makes one of several runs.
type reportCommand struct {
	Dirs   []string `arg:"" name:"dir" help:"Folder of a run, with its results.json."`
	Output string   `short:"o" placeholder:"DIR" help:"Folder for the report, new or empty; for a single run its own folder if left out."`
}

// Help is shown by bf16lab report --help.
func (reportCommand) Help() string {
	return `Without running anything again, the report is made from results.json: report.html, notes.md, plots/ with every picture as PNG and SVG and its data as CSV, data.json, and data.npz for numpy: tap, part, block (taps), policy (policies), relative_l2 and every other measure (policies x taps), ulp_histogram (policies x taps x ulp_bins), local_relative_l2 and gain where there are local errors, and ablation_share and so on for every column of the tables in plots/.

Several runs become one report: replays with the same reference, weights, input and taps side by side, with an ablation, a search, a sweep and a hunt for non-finite values. What cannot be compared is refused.

Examples:

	bf16lab report out/quickstart
	bf16lab report out/quickstart out/ablation out/search -o out/why
	bf16lab report out/before out/after -o out/both`
}

// Run makes the report.
func (c *reportCommand) Run(ctx context.Context, con *console) error {
	runs, err := readRuns(c.Dirs)
	if err != nil {
		return err
	}
	run, err := reports.Combine(runs)
	if err != nil {
		return err
	}
	if c.Output == "" {
		if len(c.Dirs) > 1 {
			return fmt.Errorf("a report of %d runs needs a folder of its own: add -o DIR", len(c.Dirs))
		}
		if err := reports.Write(c.Dirs[0], run); err != nil {
			return err
		}
		fmt.Fprintln(con.out, filepath.Join(c.Dirs[0], reportFile))
		return nil
	}
	folder, err := newOutputFolder(c.Output)
	if err != nil {
		return err
	}
	defer folder.discard()
	if len(c.Dirs) > 1 {
		run.Command = append([]string{"bf16lab"}, con.args...)
	}
	if err := writeReport(folder.partial, run); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := folder.commit(); err != nil {
		return err
	}
	fmt.Fprintln(con.out, filepath.Join(folder.final, reportFile))
	return nil
}

// readRuns reads the results of runs and labels each with the name of its folder, or with its whole path where two folders
// have the same name.
func readRuns(dirs []string) ([]reports.LabelledRun, error) {
	names := map[string]int{}
	for _, dir := range dirs {
		names[folderName(dir)]++
	}
	var runs []reports.LabelledRun
	for _, dir := range dirs {
		run, err := results.Read(filepath.Join(dir, "results.json"))
		if err != nil {
			return nil, err
		}
		label := folderName(dir)
		if names[label] > 1 {
			label = filepath.Clean(dir)
		}
		runs = append(runs, reports.LabelledRun{Label: label, Run: run})
	}
	return runs, nil
}

// folderName is the last part of a path, also of one such as "." or "..".
func folderName(dir string) string {
	if absolute, err := filepath.Abs(dir); err == nil {
		return filepath.Base(absolute)
	}
	return filepath.Base(dir)
}
