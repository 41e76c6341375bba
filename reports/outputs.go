package reports

import (
	"strings"

	"bf16lab/experiments/results"
)

// outputPrefix begins the names of the model's outputs.
const outputPrefix = "out/"

// outputsOf returns the taps that are outputs of the model, in execution order.
func outputsOf(taps []results.Tap) []int {
	outputs := []int{}
	for i := range taps {
		if strings.HasPrefix(taps[i].Name, outputPrefix) {
			outputs = append(outputs, i)
		}
	}
	return outputs
}

// hasLayers reports whether a run is about the layers of the model: a replay, or another kind that watched more than outputs.
func hasLayers(run *results.Run) bool {
	return isReplay(run) || len(run.Policies) > 0 && len(outputsOf(run.Taps)) < len(run.Taps)
}
