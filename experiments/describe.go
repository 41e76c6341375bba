package experiments

import (
	"fmt"
	"runtime"
	"strings"

	"bf16lab/experiments/results"
	"bf16lab/internal/machine"
	"bf16lab/model/sequence"
	"bf16lab/ops"
	"bf16lab/ops/cpu"
)

// schemaVersion is the version of the layout of results.json.
const schemaVersion = 1

// describe returns results that hold what is known before the run.
func describe(c *Config, o Options, g *ops.Graph, batch []*sequence.Sequence, organisms []string) *results.Run {
	sources, sums := make([]string, len(batch)), make([]string, len(batch))
	for i, s := range batch {
		sources[i], sums[i] = s.Source, s.SHA256()
	}
	run := newRun(c.Name, c.Text(), o)
	run.Model = modelResult(fmt.Sprintf("seed %d", c.Weights.Synthetic.Seed), g)
	run.Input = results.Input{
		Source: strings.Join(sources, "; "), Length: batch[0].Len(), Batch: len(batch), Organisms: organisms, SHA256: strings.Join(sums, " "),
	}
	return run
}

// newRun returns results that hold the name and text of an experiment, and by what they are made.
func newRun(name, text string, o Options) *results.Run {
	info := machine.Read()
	return &results.Run{
		Schema: schemaVersion, Name: name, Version: o.Version, GoVersion: runtime.Version(), Command: o.Command, Config: text,
		Machine: results.Machine{
			OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: info.CPU, Features: info.Features, Threads: o.Threads,
			Kernels: cpu.Kernels(), Memory: info.Memory,
		},
	}
}
