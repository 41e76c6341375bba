package results

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bf16lab/experiments/metrics"

	"github.com/google/go-cmp/cmp"
)

// equalNumbers takes two NaN for equal.
var equalNumbers = cmp.Comparer(func(a, b metrics.Number) bool { return a == b || a != a && b != b })

// exampleSweep returns a plan of two replays under two policies, and the file of the second one.
func exampleSweep() (*SweepPlan, *SweepFile) {
	p := &SweepPlan{
		Schema: Schema, Name: "sweep", Config: "name: sweep\n", Build: "1.0", Reference: Policy{Name: "f32", YAML: "name: f32\n"},
		Policies: []Policy{{Name: "a", Description: "all", YAML: "name: a\n"}, {Name: "b, \"c\""}},
		Outputs:  []string{"out/1", "out/2"}, Watched: []string{"out/1", "out/2", "x"},
		Replays: []SweepReplay{
			{Length: 2048, Input: "random seed 1", SHA256: "00", Organism: "human", Seed: 1},
			{Length: 4096, Input: "random seed 1", SHA256: "01", Organism: "human", Seed: math.MaxUint64},
		},
	}
	p.SetKeys()
	f := &SweepFile{Reference: "77"}
	for _, policy := range p.Policies {
		f.Cells = append(f.Cells, SweepCell{
			Length: 4096, Input: "random seed 1", Organism: "human", Seed: math.MaxUint64, Policy: policy.Name,
			RelativeL2: []metrics.Number{0.054, metrics.Number(math.NaN())}, NonFinite: 3, Digest: "88",
		})
	}
	return p, f
}

// exampleSweepRun returns the table of a sweep of which a replay is missing.
func exampleSweepRun() *Run {
	p, f := exampleSweep()
	run := example()
	run.Kind, run.Reference, run.Policies, run.Taps, run.Variants = KindSweep, p.Reference, p.Policies, nil, nil
	run.Rule, run.LocalBy, run.NonFinite = VerdictRule{}, "", NonFinite{}
	run.Sweep = Sweep{Outputs: p.Outputs, Cells: f.Cells, Missing: 1}
	return run
}

// writeExample writes the file of the example's second replay and returns its path and text.
func writeExample(t testing.TB) (path, text string) {
	t.Helper()
	p, f := exampleSweep()
	path = filepath.Join(t.TempDir(), "cell.json")
	if err := WriteSweepFile(path, p, 1, f); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, string(written)
}

func TestSweepFile(t *testing.T) {
	p, want := exampleSweep()
	path, text := writeExample(t)
	got, err := ReadSweepFile(path, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Cells, got.Cells, equalNumbers); diff != "" || got.Reference != "77" || got.Key != p.Replays[1].Key {
		t.Errorf("%+v (-written +read):\n%s", got, diff)
	}
	if _, again := writeExample(t); again != text {
		t.Errorf("written twice:\n%s\n%s", text, again)
	}
}

// TestSweepFileErrors changes a good file in one place.
func TestSweepFileErrors(t *testing.T) {
	p, _ := exampleSweep()
	path, good := writeExample(t)
	for _, c := range []struct{ from, to, want string }{
		{good, "", "the file is empty"},
		{good, good[:100], "no valid JSON at byte 100: unexpected end of JSON input"},
		{good, good + "{}", "no valid JSON at byte "},
		{good, good + " ", "checksum: the file has been changed"},
		{"0.054", "0.055", "checksum: the file has been changed"},
		{"0.054", "0.0540", "checksum: the file has been changed"},
		{`"NaN"`, `"nan"`, `cells[0].rel_l2[1]: "nan" is not a number`},
		{`"digest":"88"`, `"digest":"89"`, "checksum: the file has been changed"},
		{`"checksum": "`, `"checksum": "f`, "checksum: the file has been changed"},
		{`"reference": "77"`, `"reference": "78"`, "checksum: the file has been changed"},
		{`"reference": "77",`, ``, `field "reference" is missing`},
		{`"schema": 1`, `"schema": 2`, "schema: version 2, want 1"},
		{`"schema": 1`, `"schema": 1, "x": 1`, `unknown field "x"`},
	} {
		bad := strings.Replace(good, c.from, c.to, 1)
		if bad == good {
			t.Fatalf("%s is not in\n%s", c.from, good)
		}
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadSweepFile(path, p, 1)
		if err == nil || !strings.HasPrefix(err.Error(), "results: read "+path+": "+c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60s: error %v, want %s", c.to, err, c.want)
		}
	}
}

// TestSweepFileOfAnother writes files that are whole, but not what the plan has at that place.
func TestSweepFileOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cell.json")
	for _, c := range []struct {
		want   string
		change func(f *SweepFile)
	}{
		{"cells: 1 entries for 2 policies", func(f *SweepFile) { f.Cells = f.Cells[:1] }},
		{"cells[0]: of another replay", func(f *SweepFile) { f.Cells[0], f.Cells[1] = f.Cells[1], f.Cells[0] }},
		{"cells[1]: of another replay", func(f *SweepFile) { f.Cells[1].Seed-- }},
		{"cells[1]: of another replay", func(f *SweepFile) { f.Cells[1].Length = 2048 }},
		{"cells[1]: of another replay", func(f *SweepFile) { f.Cells[1].Input = "" }},
		{"cells[1]: of another replay", func(f *SweepFile) { f.Cells[1].Organism = "mouse" }},
		{"cells[0].rel_l2: 1 entries for 2 outputs", func(f *SweepFile) { f.Cells[0].RelativeL2 = f.Cells[0].RelativeL2[:1] }},
		{"cells[0].rel_l2[1]: -1 is no error", func(f *SweepFile) { f.Cells[0].RelativeL2[1] = -1 }},
		{"cells[0].non_finite: -1 elements", func(f *SweepFile) { f.Cells[0].NonFinite = -1 }},
	} {
		p, f := exampleSweep()
		c.change(f)
		if err := WriteSweepFile(path, p, 1, f); err == nil || err.Error() != "results: write "+path+": "+c.want {
			t.Errorf("written: %v, want %s", err, c.want)
		}
		// Somebody else's program might write it.
		f.Checksum = f.sum()
		var b bytes.Buffer
		if err := encodeLines(&b, f); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSweepFile(path, p, 1); err == nil || err.Error() != "results: read "+path+": "+c.want {
			t.Errorf("read: %v, want %s", err, c.want)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	whole, _ := writeExample(t)
	p, _ := exampleSweep()
	if _, err := ReadSweepFile(whole, p, 0); err == nil || !strings.Contains(err.Error(), `key: "`+p.Replays[1].Key+`", want "`+p.Replays[0].Key) {
		t.Errorf("the file of another replay: %v", err)
	}
}

func TestSweepPlanErrors(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(p *SweepPlan)
	}{
		{"schema: version 2, want 1", func(p *SweepPlan) { p.Schema = 2 }},
		{"reference.name: empty", func(p *SweepPlan) { p.Reference.Name = "" }},
		{`policies[1].name: "a" is there twice`, func(p *SweepPlan) { p.Policies[1].Name = "a" }},
		{"want at least one of policies, outputs and replays, got 2, 0 and 2", func(p *SweepPlan) { p.Outputs = nil }},
		{"want at least one of policies, outputs and replays, got 2, 2 and 0", func(p *SweepPlan) { p.Replays = nil }},
		{"3 taps and 100001 replays, at most", func(p *SweepPlan) { p.Replays = make([]SweepReplay, maxSweepReplays+1) }},
		{"replays[1].length: 0", func(p *SweepPlan) { p.Replays[1].Length = 0 }},
		{`replays[1].key: "`, func(p *SweepPlan) { p.Replays[1].Seed++ }},
		{`replays[0].key: "`, func(p *SweepPlan) { p.Policies[0].YAML = "" }},
		{`replays[0].key: "`, func(p *SweepPlan) { p.Build = "" }},
		{"replays[1]: there twice", func(p *SweepPlan) { p.Replays[1] = p.Replays[0] }},
	} {
		p, _ := exampleSweep()
		c.change(p)
		if err := p.Check(); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
	p, _ := exampleSweep()
	path := filepath.Join(t.TempDir(), "sweep.json")
	if err := WriteSweepPlan(path, p); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSweepPlan(path)
	if err != nil || p.Difference(got) != "" {
		t.Fatalf("%v, %s differ", err, p.Difference(got))
	}
	if diff := cmp.Diff(p, got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

// TestSweepTable writes and reads the table of a sweep, and refuses contradictions in it.
func TestSweepTable(t *testing.T) {
	want := exampleSweepRun()
	path := filepath.Join(t.TempDir(), "results.json")
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, equalNumbers); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	var b bytes.Buffer
	if err := EncodeSweepCSV(&b, want); err != nil {
		t.Fatal(err)
	}
	csv := `length,input,organism,seed,policy,output,rel_l2,non_finite,digest
4096,random seed 1,human,18446744073709551615,a,out/1,0.054,3,88
4096,random seed 1,human,18446744073709551615,a,out/2,NaN,3,88
4096,random seed 1,human,18446744073709551615,"b, ""c""",out/1,0.054,3,88
4096,random seed 1,human,18446744073709551615,"b, ""c""",out/2,NaN,3,88
`
	if diff := cmp.Diff(csv, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, c := range []struct {
		want   string
		change func(s *Sweep)
	}{
		{"sweep.missing: -1 replays, want 0 to 100000", func(s *Sweep) { s.Missing = -1 }},
		{"sweep.cells[1].length: -1", func(s *Sweep) { s.Cells[1].Length = -1 }},
		{"sweep.cells[0].rel_l2: 2 entries for 3 outputs", func(s *Sweep) { s.Outputs = append(s.Outputs, "x") }},
		{`sweep.cells[1].policy: "c" is none of the run`, func(s *Sweep) { s.Cells[1].Policy = "c" }},
		{"sweep.cells[1]: there twice", func(s *Sweep) { s.Cells[1] = s.Cells[0] }},
	} {
		run := exampleSweepRun()
		c.change(&run.Sweep)
		if err := run.Check(); err == nil || err.Error() != c.want {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

// FuzzSweepFile checks that no file of a replay or plan makes the readers panic, that errors are one line, and that what is
// accepted is what would be written.
func FuzzSweepFile(f *testing.F) {
	_, cell := writeExample(f)
	p, _ := exampleSweep()
	var plan bytes.Buffer
	if err := encodeLines(&plan, p); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(cell))
	f.Add(plan.Bytes())
	f.Add([]byte(strings.Replace(cell, `"cells": [`, `"cells": [null,`, 1)))
	f.Add([]byte(strings.Replace(plan.String(), `"length":2048`, `"length":1e400`, 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		checkRead(t, text, func(text []byte) (*SweepFile, error) { return decodeSweepFile(bytes.NewReader(text)) }, true)
		checkRead(t, text, func(text []byte) (*SweepPlan, error) { return decodeSweepPlan(bytes.NewReader(text)) }, false)
	})
}

// checkRead reads a hostile text. exact says that only what the writer would write may be accepted.
func checkRead[T any](t *testing.T, text []byte, read func([]byte) (*T, error), exact bool) {
	t.Helper()
	got, err := read(text)
	if err != nil {
		if message := err.Error(); message == "" || strings.ContainsAny(message, "\n\r") || len(message) > 2000 {
			t.Errorf("error %q", message)
		}
		return
	}
	var b bytes.Buffer
	if err := encodeLines(&b, got); err != nil {
		t.Fatalf("accepted, but cannot be written: %v", err)
	}
	if exact && !bytes.Equal(b.Bytes(), text) {
		t.Errorf("accepted, but would be written as\n%s", b.Bytes())
	}
	again, err := read(b.Bytes())
	if err != nil || !exact && !reflect.DeepEqual(got, again) {
		t.Errorf("written, but read back as %+v: %v", again, err)
	}
}
