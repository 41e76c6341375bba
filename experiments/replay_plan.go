package experiments

import (
	"bf16lab/experiments/results"
	"bf16lab/ops/cpu"
)

// operationsPerSecond is how many of the operations that cpu.Program.Work counts one thread carries out in a second, measured
// on 4,096 bases (AMD EPYC, Zen 4, AVX-512). It gives the time of a plan to about a factor of two.
const operationsPerSecond = 5e10

// costOf tells what it takes to carry out programs a number of times each.
func costOf(programs []*cpu.Program, times, threads int) results.ReplayPlan {
	plan := results.ReplayPlan{}
	for _, p := range programs {
		plan.Replays += times * len(p.Plans())
		plan.Seconds += float64(times) * p.Work() / (operationsPerSecond * float64(max(threads, 1)))
		plan.Bytes = max(plan.Bytes, p.PeakBytes())
	}
	return plan
}
