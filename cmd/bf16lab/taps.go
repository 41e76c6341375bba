package main

import (
	"fmt"
	"text/tabwriter"

	"bf16lab/experiments"
	"bf16lab/model"
)

// tapsCommand lists the taps of the model.
type tapsCommand struct {
	lengthFlag
	Globs []string `arg:"" optional:"" name:"glob" help:"Only taps that a glob matches; * stands for a part of a path, ** for any number of them."`
}

// Help is shown by bf16lab taps --help.
func (tapsCommand) Help() string {
	return `Each line has the name, the declared type and the shape of a value, in the order of execution. The type compute is left to the policy.

Examples:

	bf16lab taps
	bf16lab taps 'alphagenome/transformer_tower/mha_block_3/**'
	bf16lab taps --length 131072 '**/sequence_to_pair_block/**' 'out/*'`
}

// Run writes the taps.
func (c *tapsCommand) Run(con *console) error {
	if err := c.check(); err != nil {
		return err
	}
	globs := c.Globs
	if len(globs) == 0 {
		globs = []string{"**"}
	}
	taps, err := experiments.SelectTaps(model.Trace(model.AlphaGenome(c.Length)), globs...)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(con.out, 0, 0, columnGap, ' ', 0)
	for _, t := range taps {
		fmt.Fprintf(table, "%s\t%s\t%v\n", t.Name, t.Value.DType, t.Value.Shape)
	}
	return table.Flush()
}
