package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"text/tabwriter"

	"bf16lab/experiments"
	"bf16lab/experiments/configs"
	"bf16lab/internal/machine"
	"bf16lab/ops/cpu"
)

// doctorLengths are the lengths that doctor judges unless one is asked for.
var doctorLengths = []int{2048, 4096, 16384, 131072, 1048576}

// doctorCommand shows what the machine can do.
type doctorCommand struct {
	Length *int     `placeholder:"N" help:"Show the memory plan of a sequence of this many bases, a multiple of 2048 (default: judge several)."`
	Config string   `placeholder:"FILE" help:"Experiment file whose policies and taps are judged (default: the quickstart)."`
	Memory byteSize `placeholder:"LIMIT" help:"Memory that a run may take, for example 12GiB (default: what the machine has left)."`
}

// Help is shown by bf16lab doctor --help.
func (doctorCommand) Help() string {
	return `Each length is judged as run --memory judges it: if whole values do not fit, they are passed from layer to layer in strips along the sequence.

Examples:

	bf16lab doctor
	bf16lab doctor --length 131072
	bf16lab doctor --length 1048576 --memory 20GiB --config experiments/configs/pair-path.yaml`
}

// Run writes the findings.
func (c *doctorCommand) Run(con *console) error {
	lengths := doctorLengths
	if c.Length != nil {
		lengths = []int{*c.Length}
	}
	for _, n := range lengths {
		if err := checkLength(n); err != nil {
			return err
		}
	}
	info := machine.Read()
	writeMachine(con.out, info)
	limit := int64(c.Memory)
	if limit == 0 {
		limit = info.Available
	}
	if err := c.writeNeeds(con.out, info, lengths, limit); err != nil || c.Length == nil {
		return err
	}
	return c.writePlan(con.out, info, limit)
}

// estimate returns what a run for a sequence of a length would need within a limit; 0 stands for no limit.
func (c *doctorCommand) estimate(info machine.Info, length int, limit int64) (*experiments.MemoryPlan, error) {
	set := []string{fmt.Sprintf("input={random: {seed: 1, length: %d}}", length)}
	config, err := experiments.Parse("quickstart.yaml", configs.Quickstart, set)
	if c.Config != "" {
		config, err = experiments.Load(c.Config, set)
	}
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = math.MaxInt64
	}
	return experiments.Estimate(config, experiments.Options{Threads: info.Cores, Memory: limit})
}

func writeMachine(w io.Writer, info machine.Info) {
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	for _, line := range [][2]string{
		{"system", runtime.GOOS + "/" + runtime.GOARCH + ", " + runtime.Version()},
		{"processor", orUnknown(info.CPU)},
		{"features", orUnknown(strings.Join(info.Features, " "))},
		{"kernels", cpu.Kernels()},
		{"cores", fmt.Sprint(info.Cores)},
		{"memory", fmt.Sprintf("%s, %s available", bytesText(info.Memory), bytesText(info.Available))},
	} {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	table.Flush()
}

// writeNeeds tells for each length what a run would need.
func (c *doctorCommand) writeNeeds(w io.Writer, info machine.Info, lengths []int, limit int64) error {
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintf(table, "\nbases\t%s needs\tat least\t\n", cmp.Or(c.Config, "quickstart"))
	for _, n := range lengths {
		whole, err := c.estimate(info, n, math.MaxInt64)
		if err != nil {
			return err
		}
		least, err := c.estimate(info, n, 1)
		if err != nil {
			return err
		}
		verdict := "does not fit"
		switch {
		case limit == 0:
			verdict = ""
		case whole.Need <= limit:
			verdict = "fits"
		case least.Need <= limit:
			verdict = "fits in strips or samples"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", n, bytesText(whole.Need), bytesText(least.Need), verdict)
	}
	return table.Flush()
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// bytesText writes an amount of memory; 0 stands for an unknown one.
func bytesText(n int64) string {
	if n == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
}
