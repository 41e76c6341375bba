package main

import (
	"context"
	"fmt"
	"path/filepath"

	"bf16lab/experiments"
)

// mergeCommand puts the shards of a sweep together.
type mergeCommand struct {
	Folders []string `arg:"" name:"dir" help:"Output folders of the shards of one sweep."`
	Output  string   `short:"o" required:"" placeholder:"DIR" help:"Folder for the whole sweep with its report, new or empty."`
	Partial bool     `help:"Make a report even if cells are missing; it says how many."`
}

// Help is shown by bf16lab merge --help.
func (mergeCommand) Help() string {
	return `The folders must hold cells of the same sweep, computed by the same build of bf16lab. Cells that are missing, damaged or different in two folders are an error. The result is what one process would have written: sweep.json, cells/ and sweep.csv are the same byte for byte, results.json but for times, command and machine.

Examples:

	bf16lab merge out/shard-1 out/shard-2 -o out/sweep
	bf16lab merge out/shard-* -o out/preview --partial`
}

// Run merges the folders and writes the report.
func (c *mergeCommand) Run(ctx context.Context, con *console) error {
	folder, err := newOutputFolder(c.Output)
	if err != nil {
		return err
	}
	defer folder.discard()
	run, err := experiments.Merge(c.Folders, experiments.MergeOptions{
		Options: experiments.Options{Threads: defaultThreads(), Version: version(), Command: append([]string{"bf16lab"}, con.args...)},
		Folder:  folder.partial, Partial: c.Partial,
	})
	if err != nil {
		return err
	}
	if err := folder.publishReport(ctx, run); err != nil {
		return err
	}
	writeSweepSummary(con.out, run)
	fmt.Fprintf(con.out, "\n%s\n", filepath.Join(folder.final, reportFile))
	return nil
}
