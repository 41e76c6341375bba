package configs_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"

	"bf16lab/experiments"
	"bf16lab/experiments/configs"
)

// TestConfigs prepares every configuration as a run does: inputs, policies, overrides and taps must fit the model.
func TestConfigs(t *testing.T) {
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) < 3 {
		t.Fatalf("%d configurations, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			c, err := experiments.Load(name, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.Name+".yaml" != name {
				t.Errorf("the name is %s", c.Name)
			}
			plan, err := experiments.Estimate(c, experiments.Options{Threads: 1, Memory: math.MaxInt64})
			if err != nil {
				t.Fatal(err)
			}
			if plan.Need > 12<<30 {
				t.Errorf("needs %d bytes, more than 12 GiB", plan.Need)
			}
		})
	}
}

func TestQuickstart(t *testing.T) {
	text, err := os.ReadFile("quickstart.yaml")
	if err != nil || !bytes.Equal(text, configs.Quickstart) {
		t.Errorf("the embedded quickstart is not the file: %v", err)
	}
}
