package main

import (
	"fmt"
	"slices"
	"strings"

	"bf16lab/bf16"
	"bf16lab/internal/nearest"
	"bf16lab/model"
	"bf16lab/ops"
)

// graphCommand prints a traced graph.
type graphCommand struct {
	lengthFlag
	Compute string `default:"bfloat16" placeholder:"DTYPE" help:"Type of the values that the model leaves open: bfloat16, float16, float32 or float64 (default: ${default})."`
	JSON    bool   `help:"Write JSON."`
	Case    string `placeholder:"NAME" help:"Print one building block in place of the whole model, for example softmax."`
}

// Help is shown by bf16lab graph --help.
func (graphCommand) Help() string {
	return `The equations are those of JAX's own jaxpr of the official model: primitives, types, shapes and call paths. Converts that do nothing under the compute type are left out.

Examples:

	bf16lab graph --compute float32
	bf16lab graph --length 131072 --json > graph.json
	bf16lab graph --case softmax

The building blocks are ` + strings.Join(caseNames(), ", ") + `.`
}

// caseNames returns the names that --case takes.
func caseNames() []string {
	var names []string
	for _, c := range model.Cases() {
		names = append(names, c.Name)
	}
	return names
}

// Run writes the graph.
func (c *graphCommand) Run(con *console) error {
	if err := c.check(); err != nil {
		return err
	}
	compute, err := computeType(c.Compute)
	if err != nil {
		return err
	}
	g, err := c.trace()
	if err != nil {
		return err
	}
	equations := ops.Equations(g, compute)
	if c.JSON {
		return equations.WriteJSON(con.out)
	}
	return equations.WriteText(con.out)
}

// trace returns the graph of the model, or of a case.
func (c *graphCommand) trace() (*ops.Graph, error) {
	if c.Case == "" {
		return model.Trace(model.AlphaGenome(c.Length)), nil
	}
	if names := caseNames(); !slices.Contains(names, c.Case) {
		return nil, fmt.Errorf("--case: no building block %.80q, did you mean %q?", c.Case, nearest.Name(c.Case, names))
	}
	return model.TraceCase(c.Case)
}

// computeType returns the type of a graph that holds a number format.
func computeType(name string) (ops.DType, error) {
	format, err := bf16.Named(name)
	if err != nil {
		return 0, fmt.Errorf("--compute: %w", err)
	}
	for _, t := range []ops.DType{ops.BFloat16, ops.Float16, ops.Float32, ops.Float64} {
		if t.String() == format.String() {
			return t, nil
		}
	}
	return 0, fmt.Errorf("--compute: %s is not a type of JAX's graphs; valid are bfloat16, float16, float32 and float64", format)
}
