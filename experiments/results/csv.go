package results

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"bf16lab/experiments/metrics"
)

// Column is a column of taps.csv.
type Column struct {
	Name  string
	Doc   string
	value func(r *row) string
}

// row is what a line of taps.csv is made from.
type row struct {
	order   int
	tap     *Tap
	imposed string
	policy  string
	metrics *metrics.Metrics
	origin  Origin
	local   *Local   // nil where there is none
	verdict *Verdict // nil where there is none
}

// Columns returns the columns of taps.csv in their order.
func Columns() []Column {
	columns := []Column{
		{"order", "place of the tap in execution order, from 0; of a variant: its place among the variants",
			func(r *row) string { return strconv.Itoa(r.order) }},
		{"tap", "name of the tap", func(r *row) string { return r.tap.Name }},
		{"policy", "name of the policy that is compared with the reference", func(r *row) string { return r.policy }},
		{"imposed", "what a variant took from the reference; empty for the replay itself", func(r *row) string { return r.imposed }},
		{"part", "part of the model", func(r *row) string { return r.tap.Part }},
		{"module", "haiku module path", func(r *row) string { return r.tap.Module }},
		{"block", "block of the heat map", func(r *row) string { return r.tap.Block }},
		{"equation", "index of the producing equation", func(r *row) string { return strconv.Itoa(r.tap.Equation) }},
		{"dtype", "declared dtype; bfloat16 stands for the compute type", func(r *row) string { return r.tap.DType }},
		{"shape", "sizes of the axes with x between them; scalar if there are none", func(r *row) string { return shapeText(r.tap.Shape) }},
		integer("elements", "number of elements", func(m *metrics.Metrics) int64 { return m.Elements }),
		integer("compared", "number of elements that are finite on both sides", func(m *metrics.Metrics) int64 { return m.Compared }),
		decimal("relative_l2", "|test - reference|2 / |reference|2", func(m *metrics.Metrics) float64 { return m.RelativeL2 }),
		decimal("relative_linf", "max |test - reference| / max |reference|", func(m *metrics.Metrics) float64 { return m.RelativeLinf }),
		decimal("mean_absolute", "mean |test - reference|", func(m *metrics.Metrics) float64 { return m.MeanAbsolute }),
		decimal("max_absolute", "max |test - reference|", func(m *metrics.Metrics) float64 { return m.MaxAbsolute }),
		integer("max_absolute_index", "flat index of the first element with this error, -1 if it is 0",
			func(m *metrics.Metrics) int64 { return m.MaxAbsoluteIndex }),
		decimal("bias", "mean (test - reference)", func(m *metrics.Metrics) float64 { return m.Bias }),
	}
	for i, t := range metrics.Tolerances {
		columns = append(columns, within(t, func(m *metrics.Metrics) float64 { return m.Within[i] }))
	}
	for i, t := range metrics.StrictTolerances {
		columns = append(columns, within(t, func(m *metrics.Metrics) float64 { return m.WithinStrict[i] }))
	}
	columns = append(columns,
		decimal("bit_identical", "share of elements with the same bits", func(m *metrics.Metrics) float64 { return m.BitIdentical }))
	for i := range metrics.UlpBins {
		columns = append(columns, ulps(i))
	}
	columns = append(columns,
		integer("max_ulp", "largest distance in bf16 ulps", func(m *metrics.Metrics) int64 { return m.MaxUlp }),
		decimal("pearson", "correlation coefficient", func(m *metrics.Metrics) float64 { return m.Pearson }),
		decimal("cosine", "cosine of the angle between the sides", func(m *metrics.Metrics) float64 { return m.Cosine }))
	columns = append(columns, side("reference", func(m *metrics.Metrics) *metrics.Side { return &m.Reference })...)
	columns = append(columns, side("test", func(m *metrics.Metrics) *metrics.Side { return &m.Test })...)
	columns = append(columns,
		Column{"origin", "origin of values that are not finite: reference, created, inherited; empty if there are none",
			func(r *row) string { return string(r.origin) }},
		integer("level", "highest of the seed's levels 1 to 4 that is reached, 0 if values are not finite",
			func(m *metrics.Metrics) int64 { return int64(m.Level()) }))
	return append(columns, attribution()...)
}

// attribution holds the columns that are empty unless the run was asked for local errors and verdicts.
func attribution() []Column {
	local := func(name, doc string, value func(l *Local) float64) Column {
		return Column{name, doc, func(r *row) string {
			if r.local == nil {
				return ""
			}
			return decimalText(value(r.local))
		}}
	}
	verdict := func(name, doc string, text func(v *Verdict) string) Column {
		return Column{name, doc, func(r *row) string {
			if r.verdict == nil {
				return ""
			}
			return text(r.verdict)
		}}
	}
	return []Column{
		local("local_relative_l2", "relative_l2 of the module on the reference's inputs", func(l *Local) float64 { return l.Metrics.RelativeL2 }),
		local("local_bit_identical", "bit_identical of the module on the reference's inputs", func(l *Local) float64 { return l.Metrics.BitIdentical }),
		local("gain", "relative_l2 over the largest that comes into the module; NaN if none does", func(l *Local) float64 { return float64(l.Gain) }),
		verdict("verdict_ratio", "relative_l2 over that of the baseline", func(v *Verdict) string { return decimalText(float64(v.R)) }),
		verdict("verdict_floor", "the same ratio for the baseline with re-ordered accumulation", func(v *Verdict) string { return decimalText(float64(v.Floor)) }),
		verdict("verdict", "exact, within, worse or better", func(v *Verdict) string { return v.Word }),
	}
}

// within is the column of the share within a tolerance.
func within(tolerance float64, value func(m *metrics.Metrics) float64) Column {
	t := decimalText(tolerance)
	return decimal("within_"+t, fmt.Sprintf("share with |test - reference| <= %s + %s |reference|", t, t), value)
}

// ulps is the column of a bin of the ulp histogram.
func ulps(bin int) Column {
	low := metrics.UlpBins[bin]
	name, doc := fmt.Sprintf("ulp_%d_up", low), fmt.Sprintf("elements that are %d or more bf16 ulps apart", low)
	if bin+1 < metrics.UlpBinCount {
		high := metrics.UlpBins[bin+1] - 1
		name, doc = fmt.Sprintf("ulp_%d_%d", low, high), fmt.Sprintf("elements that are %d to %d bf16 ulps apart", low, high)
		if low == high {
			name, doc = fmt.Sprintf("ulp_%d", low), fmt.Sprintf("elements that are %d bf16 ulps apart", low)
		}
	}
	return integer(name, doc, func(m *metrics.Metrics) int64 { return m.UlpHistogram[bin] })
}

// side holds the columns of one side.
func side(name string, of func(m *metrics.Metrics) *metrics.Side) []Column {
	return []Column{
		decimal(name+"_mean", "mean of the "+name+" over the finite pairs", func(m *metrics.Metrics) float64 { return of(m).Mean }),
		decimal(name+"_max_absolute", "largest finite magnitude of the "+name, func(m *metrics.Metrics) float64 { return of(m).Max }),
		decimal(name+"_l2", "root of the sum of squares of the "+name+" over the finite pairs", func(m *metrics.Metrics) float64 { return of(m).L2 }),
		integer(name+"_nan", "number of NaN in the "+name, func(m *metrics.Metrics) int64 { return of(m).NaN }),
		integer(name+"_positive_infinity", "number of +Inf in the "+name, func(m *metrics.Metrics) int64 { return of(m).PosInf }),
		integer(name+"_negative_infinity", "number of -Inf in the "+name, func(m *metrics.Metrics) int64 { return of(m).NegInf }),
		integer(name+"_first_non_finite", "flat index of the first of these, -1 if there is none", func(m *metrics.Metrics) int64 { return of(m).FirstAt }),
	}
}

// decimal is a column of numbers.
func decimal(name, doc string, value func(m *metrics.Metrics) float64) Column {
	return Column{name, doc, func(r *row) string { return decimalText(value(r.metrics)) }}
}

// integer is a column of whole numbers.
func integer(name, doc string, value func(m *metrics.Metrics) int64) Column {
	return Column{name, doc, func(r *row) string { return strconv.FormatInt(value(r.metrics), 10) }}
}

// decimalText returns the shortest plain decimal that reads back as x; NaN, Inf or -Inf where there is none.
func decimalText(x float64) string {
	if math.IsInf(x, 1) {
		return "Inf"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

func shapeText(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	axes := make([]string, len(shape))
	for i, n := range shape {
		axes[i] = strconv.Itoa(n)
	}
	return strings.Join(axes, "x")
}

// WriteCSV writes the taps of r as a CSV file, in the way of Write.
func WriteCSV(path string, r *Run) error {
	if err := writeFile(path, func(w io.Writer) error { return EncodeCSV(w, r) }); err != nil {
		return fmt.Errorf("results: write %s: %w", path, err)
	}
	return nil
}

// EncodeCSV writes the header and a row for each tap and policy, then the variants. It writes nothing if Run.Check finds a
// fault.
func EncodeCSV(w io.Writer, r *Run) error {
	if err := r.Check(); err != nil {
		return err
	}
	columns := Columns()
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.Name
	}
	if err := out.Write(record); err != nil {
		return err
	}
	rows := func(order int, tap *Tap, imposed string) error {
		for p := range r.Policies {
			line := row{order: order, tap: tap, imposed: imposed, policy: r.Policies[p].Name, metrics: &tap.Metrics[p], origin: tap.Origin[p]}
			if len(tap.Local) > 0 {
				line.local = &tap.Local[p]
			}
			if len(tap.Verdict) > 0 {
				line.verdict = &tap.Verdict[p]
			}
			for i, c := range columns {
				record[i] = c.value(&line)
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range r.Taps {
		if err := rows(i, &r.Taps[i], ""); err != nil {
			return err
		}
	}
	for i := range r.Variants {
		if err := rows(i, &r.Variants[i].Tap, r.Variants[i].Imposed); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
