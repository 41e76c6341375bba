package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"bf16lab/experiments"
	"bf16lab/experiments/results"
	"bf16lab/reports"
)

// runCommand runs an experiment file.
type runCommand struct {
	File    string      `arg:"" help:"Experiment file, YAML."`
	Output  string      `short:"o" placeholder:"DIR" help:"Folder for the report, new or empty (default: out/NAME)."`
	Set     []string    `sep:"none" placeholder:"KEY=VALUE" help:"Change the value at a path of keys of the file; may be repeated."`
	Threads threadCount `default:"${threads}" placeholder:"N" help:"Goroutines that compute (default: ${threads}). The results do not depend on it."`
	Plan    bool        `help:"Show how many replays, how much time and how much memory the experiment would take, and run nothing."`
	Memory  byteSize    `placeholder:"LIMIT" help:"Memory that the run may take, for example 12GiB (default: what the machine has left)."`

	sweepFlags `embed:""`
}

// Help is shown by bf16lab run --help.
func (runCommand) Help() string {
	return `The reference and the policies of the file run in lock step, and every tap is compared with the reference while it is alive. The output folder receives report.html, notes.md, plots, data.json, data.npz, taps.csv and results.json, all at once at the end; an ablation adds ablation.csv.

If whole values take more memory than the run may take, they are passed from layer to layer in strips along the sequence, which changes no bit. If that is too much as well, the policies run one after the other and scattered samples of large taps are compared; results and report say so.

A sweep (kind: sweep) replays the model for every combination of length, input, organism and weights. Each finished cell is a file in the output folder, so that a sweep that was stopped goes on with --resume, and several processes or machines take a part each with --shard; the report, with sweep.csv in place of taps.csv, comes when no cell is missing.

Examples:

	bf16lab run experiments/configs/quickstart.yaml
	bf16lab run experiments/configs/ablation.yaml --plan
	bf16lab run quickstart.yaml -o out/seed2 --set weights.synthetic.seed=2
	bf16lab run quickstart.yaml --set 'policies=[jax-cpu-eager]' --set 'taps=["out/**"]'
	bf16lab run quickstart.yaml --set 'input={random: {seed: 42, length: 8192}}' --threads 1
	bf16lab run sweep.yaml -o out/sweep --resume
	bf16lab run sweep.yaml -o out/shard-1 --shard 1/4 --set 'sweep.seeds=[1, 2, 3]'`
}

// Run runs the experiment and writes the report.
func (c *runCommand) Run(ctx context.Context, con *console) error {
	config, err := experiments.Load(c.File, c.Set)
	if err != nil {
		return err
	}
	if err := c.check(config.Kind); err != nil {
		return err
	}
	output := cmp.Or(c.Output, filepath.Join("out", config.Name))
	options := experiments.Options{
		Threads: int(c.Threads), Memory: int64(c.Memory), Version: version(), Command: append([]string{"bf16lab"}, con.args...),
	}
	if c.Plan {
		plan, err := experiments.Plan(config, options)
		if err != nil {
			return err
		}
		writePlan(con.out, plan)
		return nil
	}
	if config.Kind == results.KindSweep {
		return c.sweep(ctx, con, config, output, options)
	}
	folder, err := newOutputFolder(output)
	if err != nil {
		return err
	}
	defer folder.discard()
	progress := newProgress(con.err)
	options.Progress = progress.update
	options.Plan = func(plan results.ReplayPlan) { writePlan(con.err, plan) }
	run, err := experiments.Run(ctx, config, options)
	progress.end(err == nil)
	if err != nil {
		return err
	}
	if err := folder.publishReport(ctx, run); err != nil {
		return err
	}
	writeSummary(con.out, run, tableWidth)
	switch run.Kind {
	case results.KindAblation:
		writeAblation(con.out, &run.Ablation)
	case results.KindSearch:
		writeSearch(con.out, &run.Search)
	}
	fmt.Fprintf(con.out, "\n%s\n", filepath.Join(folder.final, reportFile))
	return nil
}

// reportFile is the file of an output folder that is opened first.
const reportFile = "report.html"

// publishReport writes the report of a run into the folder and gives the files their final names.
func (o *outputFolder) publishReport(ctx context.Context, run *results.Run) error {
	if err := writeReport(o.partial, run); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return o.commit()
}

// writeReport writes all files of a run into a folder.
func writeReport(dir string, run *results.Run) error {
	if err := results.Write(filepath.Join(dir, "results.json"), run); err != nil {
		return err
	}
	name, write := "taps.csv", results.WriteCSV
	if run.Kind == results.KindSweep {
		name, write = "sweep.csv", results.WriteSweepCSV
	}
	if err := write(filepath.Join(dir, name), run); err != nil {
		return err
	}
	if run.Kind == results.KindAblation {
		if err := results.WriteAblationCSV(filepath.Join(dir, "ablation.csv"), run); err != nil {
			return err
		}
	}
	return reports.Write(dir, run)
}
