package results

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// equateNaNs takes NaN for equal to NaN, whatever type it has.
var equateNaNs = cmp.Options{cmpopts.EquateNaNs(), cmp.Comparer(func(a, b metrics.Number) bool { return a == b || a != a && b != b })}

// encoded returns the JSON of example.
func encoded(t testing.TB) string {
	t.Helper()
	var b bytes.Buffer
	if err := Encode(&b, example()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestRoundTrip writes and reads a file, and one without anything that may be missing.
func TestRoundTrip(t *testing.T) {
	bare := example()
	bare.Rule, bare.LocalBy = VerdictRule{}, ""
	bare.Policies, bare.Taps, bare.Variants, bare.Explanations, bare.Command = nil, nil, nil, nil, nil
	for _, want := range []*Run{example(), bare} {
		path := filepath.Join(t.TempDir(), "results.json")
		if err := Write(path, want); err != nil {
			t.Fatal(err)
		}
		got, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, equateNaNs); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
	}
}

// TestReadErrors changes a good file in one place; the error must be one line that names the file and the field.
func TestReadErrors(t *testing.T) {
	good := encoded(t)
	path := filepath.Join(t.TempDir(), "results.json")
	for _, c := range []struct{ from, to, want string }{
		{good, ``, `the file is empty`},
		{good, `[]`, `array where an object is wanted`},
		{good, `null`, `null is not a value`},
		{"\n}\n", ``, `no valid JSON at byte `},
		{"\n}\n", "\n}\n{}", `no valid JSON at byte `},
		{`"schema": 1`, `"schema": 2`, `schema: version 2, want 1`},
		{`"schema": 1`, `"schema": "1"`, `schema: string where a whole number is wanted`},
		{`"schema": 1`, `"Schema": 1`, `field "schema" is missing`},
		{`"schema": 1`, `"schema": 1, "extra": {}`, `unknown field "extra"`},
		{`"seconds": 12.5`, `"seconds": -1`, `seconds: -1 is not a duration`},
		{`"started": "2026`, `"started": "26`, `started: parsing time`},
		{`"command": ["bf16lab",`, `"command": ["bf16lab", 7,`, `command[1]: number where a string is wanted`},
		{`"threads":2`, `"threads":null`, `machine.threads: null is not a value`},
		{`"threads":2,`, ``, `machine: field "threads" is missing`},
		{`"organisms":["human"]`, `"organisms":"human"`, `input.organisms: string where an array is wanted`},
		{`"name":"f32"`, `"name":""`, `reference.name: empty`},
		{`"name":"jax-cpu-eager"`, `"name":"weights, \"bf16\""`, `policies[1].name: "weights, \"bf16\"" is there twice`},
		{`"seconds":1.25`, `"seconds":-0.5`, `policies[0].seconds: -0.5 is not a duration`},
		{`"policies": [`, `"policies": [` + strings.Repeat(`{"name":"x","description":"","yaml":"","seconds":0,"digest":""},`, 1000), `policies: 1002, at most 1000`},
		{`"name":"empty"`, `"name":""`, `taps[2].name: empty`},
		{`"shape":[2,2]`, `"shape":[2,3]`, `taps[1].metrics[0].elements: 4, the shape has 6`},
		{`"shape":[2,2]`, `"shape":[-2,-2]`, `taps[1].shape[0]: -2 is negative`},
		{`"shape":[2,2]`, `"shape":[4294967296,4294967296]`, `taps[1].shape: more than 281474976710656 elements`},
		{`"shape":[2,2]`, `"shape":[4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]`, `taps[1].shape: 17 axes, at most 16`},
		{`"shape":[2,2]`, `"shape":[2.5,2]`, `taps[1].shape[0]: number 2.5 where a whole number is wanted`},
		{`"equation":17`, `"equation":1e3`, `taps[0].equation: number 1e3 where a whole number is wanted`},
		{`"origin":["created",""]`, `"origin":["created"]`, `taps[1].origin: 1 entries for 2 policies`},
		{`"origin":["created",""]`, `"origin":["invented",""]`, `taps[1].origin[0]: "invented" is none of the origins`},
		{`"metrics":[{`, `"metrics":[`, `no valid JSON at byte `},
		{`"compared":3`, `"compared":5`, `taps[1].metrics[0].compared: 5 of 4 elements`},
		{`"compared":3`, `"compared":4`, `taps[1].metrics[0].ulp_histogram: 1 compared elements are in no bin`},
		{`"ulp_histogram":[2,`, `"ulp_histogram":[-2,`, `taps[1].metrics[0].ulp_histogram[0]: -2 of 3`},
		{`"ulp_histogram":[2,`, `"ulp_histogram":[9,`, `taps[1].metrics[0].ulp_histogram[0]: 9 of 3`},
		{`"ulp_histogram":[2,`, `"ulp_histogram":[2,0,`, `taps[1].metrics[0]: ulp_histogram: 13 values, want 12`},
		{`"max_absolute_index":2`, `"max_absolute_index":4`, `taps[1].metrics[0].max_absolute_index: 4 of 4 elements`},
		{`"nan":1`, `"nan":5`, `taps[1].metrics[0].test.nan: 5 of 4 elements`},
		{`"nan":1`, `"nan":0`, `taps[1].metrics[0].test.first_non_finite: 3, with 0 of 4 elements not finite`},
		{`"first_non_finite":3`, `"first_non_finite":4`, `taps[1].metrics[0].test.first_non_finite: 4, with 1 of 4`},
		{`"relative_l2":"+Inf"`, `"relative_l2":"inf"`, `taps[0].metrics[0]: relative_l2: "inf" is not a number`},
		{`"relative_l2":"+Inf",`, ``, `taps[0].metrics[0]: relative_l2 is missing`},
		{`"imposed":"splice positions"`, `"imposed":[]`, `variants[0].imposed: array where a string is wanted`},
		{`"imposed":"splice positions",`, ``, `variants[0]: field "imposed" is missing`},
		{`"text":"the pair path"`, `"text":"the pair path","x":1`, `explanations[0]: unknown field "x"`},
		{`"local_by": "module"`, `"local_by": "house"`, `local_by: "house" is neither module nor primitive`},
		{`"local_by": "module",`, ``, `taps[1].local: the run does not say what it was made with`},
		{`"baseline":"jax`, `"baseline":"yax`, `verdict_rule.baseline: "yax-cpu-eager" is none of the policies`},
		{`"better":0.75`, `"better":0`, `verdict_rule.better: 0, want a ratio`},
		{`"worse":1.25`, `"worse":0.5`, `verdict_rule.worse: 0.5, want a ratio`},
		{`"gain":1.5`, `"gain":-1.5`, `taps[1].local[0].gain: -1.5 is negative`},
		{`"gain":1.5}`, `"gain":1.5},{"metrics":{},"gain":1}`, `taps[1].local[1].metrics: elements is missing`},
		{`{"r":"+Inf","floor":0.75,"word":"worse"},`, ``, `taps[1].verdict: 1 entries for 2 policies`},
		{`"floor":0.75`, `"floor":-0.75`, `taps[1].verdict[0]: r is `},
		{`"word":"worse"`, `"word":"worst"`, `taps[1].verdict[0].word: "worst" is none of the verdicts`},
		{`"counts":[2,1]`, `"counts":[2,3]`, `taps[1].scatter[0].counts[1]: 3 of 2 elements that are left`},
		{`"counts":[2,1]`, `"counts":[2]`, `taps[1].scatter[0].counts: 1 bins, 2 medians and 2 high quantiles`},
		{`"low":42`, `"low":66`, `taps[1].scatter[0].low: 2 bins from bin 66 on, there are 67`},
		{`"median":[0.5,0]`, `"median":[0.75,0]`, `taps[1].scatter[0].median[0]: 0.75, with 0.5`},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		if bad == good {
			t.Fatalf("%s is not in\n%s", c.from, good)
		}
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		if err == nil {
			t.Errorf("%.60s: no error, want %s", c.to, c.want)
			continue
		}
		if message := err.Error(); !strings.HasPrefix(message, "results: read "+path+": "+c.want) || strings.Contains(message, "\n") {
			t.Errorf("%.60s: error %s, want %s", c.to, message, c.want)
		}
	}
}

// TestReadMissing checks the error for a file that is not there.
func TestReadMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.json")
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}

// endless is a file without end.
type endless struct{ read int64 }

func (e *endless) Read(to []byte) (int, error) {
	for i := range to {
		to[i] = ' '
	}
	e.read += int64(len(to))
	return len(to), nil
}

// TestReadBound checks that a file without end is given up at the bound, and one of that size is not.
func TestReadBound(t *testing.T) {
	var e endless
	if _, err := readAll(&e, 1000); err == nil || err.Error() != "the file is larger than 1000 bytes" || e.read > 1001 {
		t.Errorf("error %v after %d bytes", err, e.read)
	}
	if text, err := readAll(io.LimitReader(&e, 1000), 1000); err != nil || len(text) != 1000 {
		t.Errorf("error %v after %d bytes", err, len(text))
	}
}

// FuzzDecode checks that no input makes the reader panic, that errors are one line, and that what is accepted is written and
// read back as it was.
func FuzzDecode(f *testing.F) {
	good := encoded(f)
	f.Add([]byte(good))
	attributed := example()
	attributed.Ablation, attributed.Search = ablationExample(), searchExample()
	var text bytes.Buffer
	if err := Encode(&text, attributed); err != nil {
		f.Fatal(err)
	}
	f.Add(text.Bytes())
	f.Add([]byte(strings.Replace(good, `"schema": 1`, `"schema": 2`, 1)))
	f.Add([]byte(strings.Replace(good, `[2,2]`, `[1e99]`, 1)))
	f.Add([]byte(`{"taps":[{"metrics":[{"reference":null}]}]}`))
	f.Add([]byte(strings.Repeat(`[`, 20_000)))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Decode(bytes.NewReader(text))
		if err != nil {
			if message := err.Error(); message == "" || strings.ContainsAny(message, "\n\r") || len(message) > 2000 {
				t.Errorf("error %q", message)
			}
			return
		}
		var b bytes.Buffer
		if err := Encode(&b, r); err != nil {
			t.Fatalf("accepted, but cannot be written: %v", err)
		}
		again, err := Decode(&b)
		if err != nil {
			t.Fatalf("written, but cannot be read: %v", err)
		}
		if diff := cmp.Diff(r, again, equateNaNs); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
		if err := EncodeCSV(&b, r); err != nil {
			t.Errorf("accepted, but not as CSV: %v", err)
		}
		if err := EncodeAblationCSV(&b, r); err != nil {
			t.Errorf("accepted, but its ablation not as CSV: %v", err)
		}
	})
}
