package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"bf16lab/bf16"
)

// roundCommand shows a number in several formats.
type roundCommand struct {
	Value   string   `arg:"" help:"Decimal or hexadecimal number, inf, nan, or with --bits a bit pattern."`
	Formats []string `arg:"" optional:"" name:"format" help:"Formats to round to (default: all)."`
	Bits    string   `placeholder:"FORMAT" help:"Read the value as the bit pattern of a number in this format."`
}

// Help is shown by bf16lab round --help.
func (roundCommand) Help() string {
	return `For each format: the nearest value (ties to even), its bits, the distance to its neighbours in this binade (ulp), the error in ulps, and the neighbours. A decimal is read as the nearest float64 first.

Formats go by the names of JAX, PyTorch and XLA, with options: ` + strings.Join(formatNames(), ", ") + `; fp8-e4m3+saturate, bfloat16+flush.

Examples:

	bf16lab round 0.1
	bf16lab round -1.00390625 bfloat16 float16
	bf16lab round 0x1.8p-130 bfloat16 bfloat16+flush
	bf16lab round --bits bfloat16 0x3f81`
}

// Run writes the tables.
func (c *roundCommand) Run(con *console) error {
	x, err := c.value()
	if err != nil {
		return err
	}
	formats := bf16.Formats()
	if len(c.Formats) > 0 {
		formats = nil
	}
	for _, name := range c.Formats {
		f, err := bf16.Named(name)
		if err != nil {
			return err
		}
		formats = append(formats, f)
	}
	return writeDescriptions(con.out, x, formats)
}

// value returns the number that was asked for.
func (c *roundCommand) value() (float64, error) {
	text := strings.TrimSpace(c.Value)
	if c.Bits == "" {
		return parseNumber(text)
	}
	f, err := bf16.Named(c.Bits)
	if err != nil {
		return 0, fmt.Errorf("--bits: %w", err)
	}
	code, err := strconv.ParseUint(text, 0, 64)
	if err != nil || f.Width() < 64 && code>>f.Width() != 0 {
		return 0, fmt.Errorf("want a bit pattern of at most %d bits such as 0x3f, got %.80q", f.Width(), text)
	}
	return f.FromBits(code), nil
}

// parseNumber reads a number. One beyond the range of float64 is an error, because what becomes of it says nothing about
// the formats.
func parseNumber(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil:
		return x, nil
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%.80q is beyond the range of float64", text)
	case strings.HasPrefix(strings.ToLower(text), "0x"):
		return 0, fmt.Errorf("%.80q is not a number; a bit pattern needs --bits FORMAT, a hexadecimal number an exponent as in 0x1.8p3", text)
	}
	return 0, fmt.Errorf("%.80q is not a number", text)
}

func formatNames() []string {
	var names []string
	for _, f := range bf16.Formats() {
		names = append(names, f.String())
	}
	return names
}

// writeDescriptions writes what formats make of x in two tables.
func writeDescriptions(w io.Writer, x float64, formats []bf16.Format) error {
	fmt.Fprintf(w, "%s\n\n", numberText(x))
	table := tabwriter.NewWriter(w, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(table, "format\tvalue\tbits\tclass\tulp\terror in ulps")
	for _, f := range formats {
		d := f.Describe(x)
		fmt.Fprintf(table, "%v\t%s\t%s\t%s\t%.6g\t%s\n", f, numberText(d.Value), d.Hex, d.Class, d.Ulp, ulpsText(d.ErrorUlps))
	}
	fmt.Fprintln(table)
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(table, "format\tbelow\tabove\tsign|exponent|mantissa")
	for _, f := range formats {
		d := f.Describe(x)
		fmt.Fprintf(table, "%v\t%s\t%s\t%s\n", f, numberText(d.Below), numberText(d.Above), d.Fields)
	}
	return table.Flush()
}

// numberText writes the shortest decimal that reads back as x.
func numberText(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// ulpsText writes an error in ulps, signed; a dash where there is no distance, as from NaN.
func ulpsText(x float64) string {
	switch {
	case math.IsNaN(x):
		return "-"
	case x == 0:
		return "0"
	}
	return fmt.Sprintf("%+.4g", x)
}
