package main

import (
	"fmt"
	"io"
	"time"

	"bf16lab/experiments/results"
)

// writePlan writes what an experiment is going to take: "plan: 88 replays, about 2m0s, 1.3 GiB for tensors".
func writePlan(w io.Writer, plan results.ReplayPlan) {
	about := time.Duration(plan.Seconds * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(w, "plan: %d replays, about %v, %s for tensors\n", plan.Replays, max(about, time.Second), bytesText(plan.Bytes))
}
