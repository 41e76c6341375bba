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
	info := machine.Read()
	return &results.Run{
		Schema: schemaVersion, Name: c.Name, Version: o.Version, GoVersion: runtime.Version(), Command: o.Command, Config: c.Text(),
		Machine: results.Machine{
			OS: runtime.GOOS, Arch: runtime.GOARCH, CPU: info.CPU, Features: info.Features, Threads: o.Threads,
			Kernels: cpu.Kernels(), Memory: info.Memory,
		},
		Model: modelResult(c, g),
		Input: results.Input{
			Source: strings.Join(sources, "; "), Length: batch[0].Len(), Batch: len(batch), Organisms: organisms, SHA256: strings.Join(sums, " "),
		},
	}
}

// Headroom is what a run takes in bytes besides what [Estimate] returns: weights that are being read, the program itself.
const Headroom = 1 << 30

// checkMemory compares what a run needs with the limit, or with what the machine has left.
func checkMemory(need, limit int64) error {
	from := "the limit is"
	if limit == 0 {
		limit = machine.Read().Available
		from = "the machine has"
	}
	if limit > 0 && need+Headroom > limit {
		return fmt.Errorf("the run needs about %.1f GiB of memory, %s %.1f GiB: use a shorter sequence or fewer policies", gib(need+Headroom), from, gib(limit))
	}
	return nil
}

func gib(bytes int64) float64 { return float64(bytes) / (1 << 30) }
