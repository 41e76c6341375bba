package reports

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/experiments/results"
)

// LabelledRun is a run with the name that it has in a combined report.
type LabelledRun struct {
	Label string
	Run   *results.Run
}

// Combine makes one run of several: the policies of all replays side by side, and the ablation, the search, the hunt for
// non-finite values and the sweep that any of them has.
//
// Replays must have the same reference, weights, input and taps, and there can be only one ablation, search and sweep; an
// error names what differs. The policies of several replays carry the label of their run. What comes from a run that
// is no replay may have another input; an explanation then says from which run it is.
func Combine(runs []LabelledRun) (*results.Run, error) {
	if len(runs) == 0 {
		panic("reports: Combine needs a run")
	}
	if len(runs) == 1 {
		return runs[0].Run, nil
	}
	c := combination{replays: replaysOf(runs)}
	c.base = runs[0]
	if len(c.replays) > 0 {
		c.base = c.replays[0]
	} else {
		c.replays = runs[:1]
	}
	for _, r := range runs {
		if err := c.compare(r); err != nil {
			return nil, err
		}
	}
	out, err := c.combine(runs)
	if err != nil {
		return nil, err
	}
	return out, check(out)
}

// combination is what runs are combined with.
type combination struct {
	base    LabelledRun   // gives model, input and reference
	replays []LabelledRun // or the base alone where there is none
}

// replaysOf returns the replays. Runs of other kinds may have taps, too, but those only serve their own purpose.
func replaysOf(runs []LabelledRun) []LabelledRun {
	var list []LabelledRun
	for _, r := range runs {
		if isReplay(r.Run) {
			list = append(list, r)
		}
	}
	return list
}

// compare reports what forbids to show a run beside the base.
func (c *combination) compare(r LabelledRun) error {
	a, b := c.base.Run, r.Run
	fail := func(what, x, y string) error {
		return fmt.Errorf("reports: %s and %s cannot be compared: %s differ (%.100q and %.100q)", c.base.Label, r.Label, what, x, y)
	}
	if a.Reference.Name != b.Reference.Name || a.Reference.YAML != b.Reference.YAML {
		return fail("the references", a.Reference.Name, b.Reference.Name)
	}
	if !isReplay(b) {
		return nil
	}
	switch {
	case a.Model.Weights != b.Model.Weights || a.Model.Name != b.Model.Name:
		return fail("the weights", modelText(a), modelText(b))
	case a.Input.SHA256 != b.Input.SHA256 || a.Input.Length != b.Input.Length || a.Input.Batch != b.Input.Batch || !slices.Equal(a.Input.Organisms, b.Input.Organisms):
		return fail("the inputs", inputText(a), inputText(b))
	case a.Samples != b.Samples:
		return fail("the samples of taps", formatCount(a.Samples), formatCount(b.Samples))
	case len(a.Taps) != len(b.Taps):
		return fail("the taps", plural(len(a.Taps), "tap"), plural(len(b.Taps), "tap"))
	}
	for i := range a.Taps {
		x, y := &a.Taps[i], &b.Taps[i]
		if x.Name != y.Name || !slices.Equal(x.Shape, y.Shape) {
			return fail("the taps", x.Name+" "+formatShape(x.Shape), y.Name+" "+formatShape(y.Shape))
		}
	}
	return nil
}

// inputText is the input of a run in words.
func inputText(run *results.Run) string {
	return formatCount(run.Input.Length) + " bases of " + run.Input.Source
}

// combine puts the runs together.
func (c *combination) combine(runs []LabelledRun) (*results.Run, error) {
	base := c.base.Run
	out := &results.Run{Schema: schema, Kind: base.Kind, Version: base.Version, GoVersion: base.GoVersion, Machine: base.Machine,
		Model: base.Model, Input: base.Input, Reference: base.Reference, LocalBy: base.LocalBy, Started: base.Started,
		StripElements: base.StripElements, Samples: base.Samples}
	var names, configs []string
	for _, r := range runs {
		names = append(names, r.Label)
		configs = append(configs, "# "+r.Label+"\n"+r.Run.Config)
		out.Sources = append(out.Sources, results.Source{Label: r.Label, Kind: kindOf(r.Run), Command: r.Run.Command})
		out.Seconds += r.Run.Seconds
		out.PeakBytes = max(out.PeakBytes, r.Run.PeakBytes)
		if r.Run.Started.Before(out.Started) {
			out.Started = r.Run.Started
		}
	}
	out.Name, out.Config = strings.Join(names, " + "), strings.Join(configs, "\n")
	c.joinTaps(out)
	for _, r := range runs {
		if err := c.take(out, r); err != nil {
			return nil, err
		}
		for _, e := range r.Run.Explanations {
			out.Explanations = append(out.Explanations, results.Explanation{Policy: c.label(e.Policy, r), Text: e.Text})
		}
	}
	return out, nil
}

// label is the name of a policy of a run: with the run's label where several replays are compared.
func (c *combination) label(policy string, r LabelledRun) string {
	if policy == "" || len(c.replays) < 2 || !isReplay(r.Run) {
		return policy
	}
	return policy + " (" + r.Label + ")"
}
