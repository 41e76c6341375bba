package main

import (
	"fmt"
	"io"
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
	Length *int `placeholder:"N" help:"Judge a sequence of this many bases, a multiple of 2048 (default: several)."`
}

// Help is shown by bf16lab doctor --help.
func (doctorCommand) Help() string {
	return `The memory is that of the quickstart's policies with every tap, which run --memory compares with its limit.

Examples:

	bf16lab doctor
	bf16lab doctor --length 131072`
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
	return writeNeeds(con.out, info, lengths)
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

// writeNeeds tells for each length what a run of the quickstart's policies would need.
func writeNeeds(w io.Writer, info machine.Info, lengths []int) error {
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(table, "\nbases\tquickstart needs\t")
	for _, n := range lengths {
		config, err := experiments.Parse("quickstart.yaml", configs.Quickstart, []string{fmt.Sprintf("input={random: {seed: 1, length: %d}}", n)})
		if err != nil {
			return err
		}
		need, err := experiments.Estimate(config, experiments.Options{Threads: info.Cores})
		if err != nil {
			return err
		}
		need += experiments.Headroom
		verdict := "fits"
		switch {
		case info.Available == 0:
			verdict = ""
		case need > info.Available:
			verdict = "does not fit"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\n", n, bytesText(need), verdict)
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
