package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"bf16lab/experiments"
	"bf16lab/experiments/reference"
)

// verifyCommand compares replays with references made by JAX.
type verifyCommand struct {
	References    []string    `arg:"" name:"reference" help:"REF.npz with its REF.json beside it: block cases or sampled taps of the whole model."`
	Policy        string      `placeholder:"NAME" help:"Policy to replay (default: the one of the reference's mode)."`
	Input         string      `placeholder:"fasta:FILE" help:"Sequence to use instead of the one that the reference names."`
	JSON          string      `name:"json" placeholder:"FILE" help:"Write all figures to a file as well."`
	MinIdentical  float64     `default:"1" placeholder:"SHARE" help:"Smallest share of identical elements that counts as success (default: ${default})."`
	TeacherForced bool        `help:"Feed every module the reference's values where the reference holds whole tensors."`
	Threads       threadCount `default:"${threads}" placeholder:"N" help:"Goroutines that compute (default: ${threads}). The results do not depend on it."`
}

// Help is shown by bf16lab verify --help.
func (verifyCommand) Help() string {
	return `Each line has a case or tap, the number of elements that the reference holds, the share of them with identical bits, the largest distance in units of the dtype's grid, and the relative L2. The last line sums up. The exit status is 0 if the share of identical elements is at least --min-identical, else 1.

The mode of a reference chooses the policy: bf16-prim jax-cpu-eager, bf16-jit jax-cpu-jit, f32-prim f32, f64-prim f64. tools/jax_reference.py makes references.

Examples:

	bf16lab verify experiments/testdata/blocks/bf16-prim.npz
	bf16lab verify --policy strict-bf16 --min-identical 0 bf16-prim-4096.npz
	bf16lab verify --teacher-forced --json out/verify.json bf16-prim-4096.npz`
}

// disagreement is the error of a comparison that worked and found too little agreement.
type disagreement struct{ share, want float64 }

func (d disagreement) Error() string {
	return fmt.Sprintf("%.6f of the elements are identical, want at least %g", d.share, d.want)
}

// Run replays every reference and writes how far it agrees.
func (c *verifyCommand) Run(ctx context.Context, con *console) error {
	options := experiments.VerifyOptions{Policy: c.Policy, Threads: int(c.Threads), TeacherForced: c.TeacherForced}
	if c.Input != "" {
		file, ok := strings.CutPrefix(c.Input, "fasta:")
		if !ok || file == "" {
			return fmt.Errorf("--input: want fasta:FILE, got %.80q", c.Input)
		}
		options.FASTA = file
	}
	if !(c.MinIdentical >= 0 && c.MinIdentical <= 1) {
		return fmt.Errorf("--min-identical: want a share from 0 to 1, got %g", c.MinIdentical)
	}
	if c.JSON != "" {
		// Better now than after the replay.
		if _, err := os.Stat(filepath.Dir(c.JSON)); err != nil {
			return fmt.Errorf("--json: %w", err)
		}
	}
	var all []*experiments.Verification
	for _, path := range c.References {
		ref, err := reference.Load(path)
		if err != nil {
			return err
		}
		progress := newProgress(con.err)
		options.Progress = progress.update
		v, err := experiments.Verify(ctx, ref, options)
		progress.end(err == nil)
		if err != nil {
			return err
		}
		all = append(all, v)
		if err := writeAgreements(con, v); err != nil {
			return err
		}
	}
	if c.JSON != "" {
		if err := writeJSON(c.JSON, all); err != nil {
			return err
		}
	}
	return c.sumUp(con, all)
}

// writeAgreements writes a line for each array of a reference.
func writeAgreements(con *console, v *experiments.Verification) error {
	fmt.Fprintf(con.out, "%s: %s replayed with %s\n", v.Reference, v.Mode, v.Policy)
	table := tabwriter.NewWriter(con.out, 0, 0, columnGap, ' ', 0)
	for _, a := range v.Arrays {
		fmt.Fprintf(table, "%s\t%d\t%.4f %%\t%d ulp\t%.2e\n", a.Name, a.Elements, 100*a.Share(), a.MaxUlp, a.RelativeL2)
	}
	for _, name := range v.Unknown {
		fmt.Fprintf(table, "%s\tnot a tap of the model\t\t\t\n", name)
	}
	return table.Flush()
}

// sumUp writes the last line, over all references.
func (c *verifyCommand) sumUp(con *console, all []*experiments.Verification) error {
	var total experiments.Verification
	for _, v := range all {
		total.Arrays = append(total.Arrays, v.Arrays...)
	}
	elements, identical, exact, worst := total.Totals()
	if worst == "" {
		worst = "none"
	}
	fmt.Fprintf(con.out, "identical: %d/%d elements, %d/%d exact, worst %s\n", identical, elements, exact, len(total.Arrays), worst)
	share := float64(identical) / float64(max(elements, 1))
	if share < c.MinIdentical {
		return disagreement{share, c.MinIdentical}
	}
	return nil
}
