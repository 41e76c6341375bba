package results

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"
)

// header is the first line of taps.csv; scripts of users depend on it.
const header = "order,tap,policy,imposed,part,module,block,equation,dtype,shape,elements,compared,relative_l2,relative_linf," +
	"mean_absolute,max_absolute,max_absolute_index,bias,within_0.01,within_0.05,within_0.1,within_0.001,within_0.0001," +
	"bit_identical,ulp_0,ulp_1,ulp_2,ulp_3_4,ulp_5_8,ulp_9_16,ulp_17_32,ulp_33_64,ulp_65_128,ulp_129_256,ulp_257_512," +
	"ulp_513_up,max_ulp,pearson,cosine,reference_mean,reference_max_absolute,reference_l2,reference_nan," +
	"reference_positive_infinity,reference_negative_infinity,reference_first_non_finite,test_mean,test_max_absolute,test_l2," +
	"test_nan,test_positive_infinity,test_negative_infinity,test_first_non_finite,origin,level," +
	"local_relative_l2,local_bit_identical,gain,verdict_ratio,verdict_floor,verdict"

// TestColumns checks names, order and documentation of the columns.
func TestColumns(t *testing.T) {
	var names []string
	for _, c := range Columns() {
		names = append(names, c.Name)
		if c.Doc == "" {
			t.Errorf("column %s has no documentation", c.Name)
		}
	}
	if got := strings.Join(names, ","); got != header {
		t.Errorf("header %s, want %s", got, header)
	}
}

// TestCSV writes the example and looks its figures up again, by the names of the columns.
func TestCSV(t *testing.T) {
	run := example()
	path := filepath.Join(t.TempDir(), "taps.csv")
	if err := WriteCSV(path, run); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), header+"\n") {
		t.Errorf("the file starts with %.100q", text)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	taps := append([]Tap(nil), run.Taps...)
	for _, v := range run.Variants {
		taps = append(taps, v.Tap)
	}
	if len(records) != 1+2*len(taps) {
		t.Fatalf("%d records for %d taps and 2 policies", len(records), len(taps))
	}
	for i, record := range records[1:] {
		tap, p := &taps[i/2], i%2
		get := func(column string) string {
			for j, name := range records[0] {
				if name == column {
					return record[j]
				}
			}
			t.Fatalf("no column %s", column)
			return ""
		}
		number := func(column string) float64 {
			x, err := strconv.ParseFloat(get(column), 64)
			if err != nil || strings.ContainsAny(get(column), "eEx") {
				t.Errorf("%s of record %d is %q", column, i, get(column))
			}
			return x
		}
		m := &tap.Metrics[p]
		for column, want := range map[string]string{"tap": tap.Name, "policy": run.Policies[p].Name, "part": tap.Part, "module": tap.Module,
			"block": tap.Block, "dtype": tap.DType, "origin": string(tap.Origin[p])} {
			if got := get(column); got != want {
				t.Errorf("%s of record %d is %q, want %q", column, i, got, want)
			}
		}
		for column, want := range map[string]float64{"equation": float64(tap.Equation), "elements": float64(m.Elements),
			"compared": float64(m.Compared), "relative_l2": m.RelativeL2, "relative_linf": m.RelativeLinf, "mean_absolute": m.MeanAbsolute,
			"max_absolute": m.MaxAbsolute, "max_absolute_index": float64(m.MaxAbsoluteIndex), "bias": m.Bias, "within_0.01": m.Within[0],
			"within_0.1": m.Within[2], "within_0.001": m.WithinStrict[0], "within_0.0001": m.WithinStrict[1], "bit_identical": m.BitIdentical,
			"ulp_0": float64(m.UlpHistogram[0]), "ulp_513_up": float64(m.UlpHistogram[11]), "max_ulp": float64(m.MaxUlp), "pearson": m.Pearson,
			"cosine": m.Cosine, "reference_mean": m.Reference.Mean, "test_max_absolute": m.Test.Max, "test_l2": m.Test.L2,
			"test_nan": float64(m.Test.NaN), "test_negative_infinity": float64(m.Test.NegInf),
			"test_first_non_finite": float64(m.Test.FirstAt), "level": float64(m.Level())} {
			if got := number(column); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%s of record %d is %v, want %v", column, i, got, want)
			}
		}
	}
	// The second tap alone has local errors and verdicts.
	for i, want := range map[int][]string{1: {"", "", "", "", "", ""}, 3: {"0.1336306209562122", "0.5", "1.5", "Inf", "0.75", "worse"}, 4: {"0", "1", "NaN", "Inf", "0.75", "worse"}} {
		if got := records[i][len(records[i])-6:]; !slices.Equal(got, want) {
			t.Errorf("record %d ends with %q, want %q", i, got, want)
		}
	}
	column := func(name string) int { return len(strings.Split(header[:strings.Index(header, name)], ",")) - 1 }
	for i, want := range []string{"scalar", "scalar", "2x2", "2x2", "3x0", "3x0", "1", "1", "2x2", "2x2"} {
		if got := records[1+i][column("shape")]; got != want {
			t.Errorf("shape of record %d is %s, want %s", i, got, want)
		}
	}
	if got := records[9][column("imposed")] + records[1][column("imposed")]; got != "splice positions" {
		t.Errorf("imposed is %q", got)
	}
	if got := records[9][0] + records[3][0]; got != "01" {
		t.Errorf("orders are %s", got)
	}
}

// TestFigures gives each figure of Metrics a value of its own; all must arrive, in the order of the fields.
func TestFigures(t *testing.T) {
	var m metrics.Metrics
	next := 0
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		case reflect.Array:
			for i := range v.Len() {
				fill(v.Index(i))
			}
		case reflect.Int64:
			next++
			v.SetInt(int64(next))
		case reflect.Float64:
			next++
			v.SetFloat(float64(next))
		}
	}
	fill(reflect.ValueOf(&m).Elem())
	line := row{tap: &Tap{}, metrics: &m}
	columns := Columns()
	first := slices.IndexFunc(columns, func(c Column) bool { return c.Name == "elements" })
	for i := range next {
		if got := columns[first+i].value(&line); got != strconv.Itoa(i+1) {
			t.Errorf("%s has figure %s, want %d", columns[first+i].Name, got, i+1)
		}
	}
	if got := columns[first+next].Name; got != "origin" {
		t.Errorf("%s follows the figures", got)
	}
}

// TestDecimal checks extreme numbers: plain digits that read back as the same bits.
func TestDecimal(t *testing.T) {
	for _, x := range []float64{0, math.Copysign(0, -1), 0.1, -1e-7, 5e-324, math.MaxFloat64, 1e21, math.Inf(1), math.Inf(-1), math.NaN()} {
		text := decimalText(x)
		back, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Float64bits(back) != math.Float64bits(x) && x == x || strings.ContainsAny(text, "eE+") {
			t.Errorf("%v is written as %s and read as %v, %v", x, text, back, err)
		}
	}
	var m metrics.Metrics
	if got := decimal("x", "", func(*metrics.Metrics) float64 { return 1e-5 }).value(&row{metrics: &m}); got != "0.00001" {
		t.Errorf("1e-5 is written as %s", got)
	}
}
