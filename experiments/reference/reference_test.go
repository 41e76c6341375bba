package reference

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// entry is one array of a test archive.
type entry struct{ name, header, data string }

// array returns an entry as numpy writes it.
func array(name, descr, shape, data string) entry {
	return entry{name, fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape), data}
}

// bytes returns the entry in the npy format.
func (e entry) bytes() string {
	text := e.header + strings.Repeat(" ", 63-(len(e.header)+10)%64) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(text)))) + text + e.data
}

// write makes a reference in a new folder and returns the path of its npz file.
func write(t testing.TB, description string, entries ...entry) string {
	t.Helper()
	stem := filepath.Join(t.TempDir(), "ref")
	if err := os.WriteFile(stem+".json", []byte(description), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(stem + ".npz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z := zip.NewWriter(file)
	for _, e := range entries {
		w, err := z.Create(e.name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.bytes())); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return stem + ".npz"
}

const cases = `{"mode": "bf16-prim", "seed": 7, "cases": {
	"b": {"inputs": [{"name": "x", "shape": [2], "scale": 8.0}], "outputs": [{"shape": [1, 2], "dtype": "bfloat16"}]},
	"a": {"inputs": [], "outputs": [{"shape": [], "dtype": "float32"}, {"shape": [3], "dtype": "bool"}]}}}`

var caseEntries = []entry{
	array("b/0", "<u2", "(1, 2)", "\x80\x3f\x00\xc0"), array("a/0", "<f4", "()", "\x00\x00\x80\x7f"), array("a/1", "|b1", "(3,)", "\x01\x00\x01"),
}

func TestLoadCases(t *testing.T) {
	f, err := Load(write(t, cases, caseEntries...))
	if err != nil {
		t.Fatal(err)
	}
	if f.Mode != "bf16-prim" || f.Seed != 7 || len(f.Cases) != 2 || f.Cases[0].Name != "b" || f.Cases[1].Name != "a" {
		t.Fatalf("%+v", f)
	}
	if in := f.Cases[0].Inputs[0]; in.Name != "x" || in.Scale != 8 || in.Shape[0] != 2 {
		t.Errorf("input %+v", in)
	}
	out := f.Cases[0].Outputs[0]
	if out.Len() != 2 || out.Size() != 2 || out.Float64(0) != 1 || out.Float64(1) != -2 || out.Bits(1) != 0xc000 || out.Index(1) != 1 {
		t.Errorf("output %+v", out)
	}
	if a := f.Cases[1].Outputs; !math.IsInf(a[0].Float64(0), 1) || a[1].Float64(0) != 1 || a[1].Float64(1) != 0 {
		t.Errorf("outputs %+v", a)
	}
}

func tapsOf(rest string) string {
	return `{"mode": "f32-prim", "S": 4096, "weights": {"synthetic": {"version": 1, "seed": 3}}, "input": {"random": {"seed": 42, "length": 4096}},
	"organism": "mouse", "taps": [` + rest + `]}`
}

func TestLoadTaps(t *testing.T) {
	f, err := Load(write(t, tapsOf(`{"name": "t", "shape": [1, 10], "dtype": "int32", "sampled": 3}, {"name": "h", "shape": [2], "dtype": "float16", "sampled": 2},
		{"name": "d", "shape": [1], "dtype": "float64", "sampled": 1}`),
		array("t", "<i4", "(3,)", "\x01\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff"), array("h", "<f2", "(2,)", "\x00\x3c\x00\x80"),
		array("d", "<f8", "(1,)", "\x00\x00\x00\x00\x00\x00\xf8\x3f")))
	if err != nil {
		t.Fatal(err)
	}
	if f.Length != 4096 || f.Seed != 3 || f.Input.Seed != 42 || f.Organism != "mouse" || len(f.Taps) != 3 {
		t.Fatalf("%+v", f)
	}
	a := &f.Taps[0]
	if a.Size() != 10 || a.Len() != 3 || a.Float64(2) != -1 {
		t.Errorf("%+v", a)
	}
	// 2654435761 mod 10 = 1, twice that mod 10 = 2.
	if a.Index(0) != 0 || a.Index(1) != 1 || a.Index(2) != 2 {
		t.Errorf("positions %d %d %d", a.Index(0), a.Index(1), a.Index(2))
	}
	if h := &f.Taps[1]; h.Float64(0) != 1 || math.Float64bits(h.Float64(1)) != 1<<63 {
		t.Errorf("%+v", h)
	}
	if f.Taps[2].Float64(0) != 1.5 {
		t.Errorf("%+v", f.Taps[2])
	}
}

// The script that makes references writes weights, input and organism in another form.
func TestLoadScriptForm(t *testing.T) {
	text := `{"mode": "bf16-op", "S": 10, "weights": {"kind": "synthetic", "version": 1, "seed": 5}, "input": "x.fa.gz", "organism": 0,
		"taps": [{"name": "t", "shape": [1], "dtype": "bool", "sampled": 1}]}`
	f, err := Load(write(t, text, array("t", "|b1", "(1,)", "\x01")))
	if err != nil {
		t.Fatal(err)
	}
	if f.Seed != 5 || f.Input.FASTA != "x.fa.gz" || f.Organism != "human" {
		t.Errorf("%+v", f)
	}
}

func TestLoadErrors(t *testing.T) {
	tap := `{"name": "t", "shape": [4], "dtype": "float32", "sampled": 4}`
	good := array("t", "<f4", "(4,)", strings.Repeat("\x00", 16))
	for name, c := range map[string]struct {
		text    string
		entries []entry
		want    string
	}{
		"no JSON object":     {"[]", nil, "cannot unmarshal"},
		"no mode":            {"{}", nil, "no mode"},
		"nothing described":  {`{"mode": "x"}`, nil, "neither cases nor taps"},
		"no seed":            {strings.Replace(cases, `"seed": 7,`, "", 1), caseEntries, "no seed"},
		"missing case":       {cases, caseEntries[:1], `case "a" is described but not there`},
		"missing output":     {cases, caseEntries[:2], `array "a/1": described but not there`},
		"twice":              {tapsOf(tap), []entry{good, good}, `array "t" is there twice`},
		"tap twice":          {tapsOf(tap + "," + tap), []entry{good}, `tap "t" is described twice`},
		"length":             {strings.Replace(tapsOf(tap), "4096", "-1", 1), []entry{good}, "length -1"},
		"weights":            {strings.Replace(tapsOf(tap), `"version": 1`, `"version": 2`, 1), []entry{good}, "version 1"},
		"input":              {strings.Replace(tapsOf(tap), "random", "other", 1), []entry{good}, "want random"},
		"organism":           {strings.Replace(tapsOf(tap), "mouse", "rat", 1), []entry{good}, "want human or mouse"},
		"dtype":              {strings.Replace(tapsOf(tap), "float32", "float8", 1), []entry{good}, `dtype "float8"`},
		"negative shape":     {strings.Replace(tapsOf(tap), "[4]", "[-4]", 1), []entry{good}, "shape [-4]"},
		"huge shape":         {strings.Replace(tapsOf(tap), "[4]", "[4294967296, 4294967296]", 1), []entry{good}, "shape [4294967296 4294967296]"},
		"more than whole":    {strings.Replace(tapsOf(tap), `"sampled": 4`, `"sampled": 5`, 1), []entry{good}, "5 of 4 elements"},
		"negative count":     {strings.Replace(tapsOf(tap), `"sampled": 4`, `"sampled": -1`, 1), []entry{good}, "-1 of 4 elements"},
		"other size":         {tapsOf(tap), []entry{array("t", "<f4", "(5000,)", strings.Repeat("\x00", 1<<17))}, "want 16 and a header"},
		"stored dtype":       {tapsOf(tap), []entry{array("t", "<i4", "(4,)", strings.Repeat("\x00", 16))}, `stored as "<i4"`},
		"big-endian":         {tapsOf(tap), []entry{array("t", ">f4", "(4,)", strings.Repeat("\x00", 16))}, `stored as ">f4"`},
		"stored shape":       {tapsOf(tap), []entry{array("t", "<f4", "(2,)", strings.Repeat("\x00", 16))}, "stored shape [2]"},
		"no header":          {tapsOf(tap), []entry{{"t", "", strings.Repeat("\x00", 16)}}, "invalid dictionary"},
		"header in disorder": {tapsOf(tap), []entry{{"t", "{'shape': (4,), 'fortran_order': False, 'descr': '<f4', }", strings.Repeat("\x00", 16)}}, "malformed header"},
		"Fortran":            {tapsOf(tap), []entry{{"t", strings.Replace(good.header, "False", "True", 1), good.data}}, "Fortran order: true"},
	} {
		_, err := Load(write(t, c.text, c.entries...))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	if _, err := Load("reference.zip"); err == nil {
		t.Error("no error for another ending")
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.npz")); err == nil {
		t.Error("no error for a missing file")
	}
}

// A file that says more than it holds must not make the reader take memory for it.
func TestLoadTruncated(t *testing.T) {
	path := write(t, cases, caseEntries...)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 100, len(data) / 2, len(data) - 1} {
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil {
			t.Errorf("no error for %d of %d bytes", n, len(data))
		}
	}
}

func FuzzHeader(f *testing.F) {
	for _, e := range caseEntries {
		text := e.bytes()
		f.Add([]byte(text[:len(text)-len(e.data)]))
	}
	f.Fuzz(func(t *testing.T, text []byte) { _, _ = readHeader(text) })
}
