package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/plot/cmpimg"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// golden compares content with a file of testdata, or writes that file with -update.
func golden(t *testing.T, name string, content []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(content)); diff != "" {
		t.Errorf("%s differs (-want +got); if that is meant, run the test with -update:\n%s", path, diff)
	}
}

// goldenJSON compares the JSON form of a value, one value per line so that differences can be read.
func goldenJSON(t *testing.T, name string, value any) {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, b, "", " "); err != nil {
		t.Fatal(err)
	}
	golden(t, name, append(lines.Bytes(), '\n'))
}

func TestPictureData(t *testing.T) {
	for name, run := range goldenRuns(t) {
		data := map[string]drawing{}
		for _, p := range pictures {
			if d := p.make(run); d != nil {
				data[p.name] = d
			}
		}
		goldenJSON(t, name+"_pictures.json", data)
	}
}

func TestPageData(t *testing.T) {
	for name, run := range goldenRuns(t) {
		goldenJSON(t, name+"_page.json", newPageData(run))
	}
}

func TestFindings(t *testing.T) {
	for name, run := range goldenRuns(t) {
		goldenJSON(t, name+"_findings.json", newFindings(run))
	}
}

// TestWords holds all sentences of the report's opening for several runs.
func TestWords(t *testing.T) {
	single := measuredRun(t)
	dropPolicies(single, 1)
	exact := measuredRun(t)
	dropPolicies(exact, 1)
	for i := range exact.Taps {
		exact.Taps[i].Metrics[0] = exactMetrics(100)
		exact.Taps[i].Origin[0] = results.OriginNone
	}
	empty := measuredRun(t)
	empty.Taps = nil
	var b bytes.Buffer
	for _, c := range []struct {
		name string
		run  *results.Run
	}{{"full", fullRun(t)}, {"measured", measuredRun(t)}, {"single", single}, {"exact", exact}, {"empty", empty}, {"edge", edgeRun()}} {
		findings := newFindings(c.run)
		b.WriteString("== " + c.name + "\n")
		for _, s := range append(leadWords(c.run, findings), moreWords(c.run, findings)...) {
			b.WriteString(s.String() + "\n")
		}
		for p := range findings {
			b.WriteString("-- " + c.run.Policies[p].Name + "\n")
			for _, s := range policyWords(c.run, &findings[p]) {
				b.WriteString(s.String() + "\n")
			}
		}
	}
	golden(t, "words.txt", b.Bytes())
}

// TestPictures compares the pictures themselves, with a little room for the rounding of other machines.
func TestPictures(t *testing.T) {
	usual := map[string]bool{"error_by_layer": true, "heat_map": true, "embedding_ulps": true}
	for name, run := range goldenRuns(t) {
		for _, p := range pictures {
			d := p.make(run)
			if d == nil || name == "why" && usual[p.name] {
				continue
			}
			for _, f := range formats {
				file := name + "_" + p.name + "." + string(f)
				t.Run(file, func(t *testing.T) {
					got, err := drawPicture(d, f)
					if err != nil {
						t.Fatal(err)
					}
					if f == formatPNG {
						goldenPNG(t, file, got)
					} else {
						goldenNumbers(t, file, got)
					}
				})
			}
		}
	}
}

// goldenPNG compares a picture with a file of testdata, or writes that file with -update.
func goldenPNG(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		golden(t, name, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	same, err := cmpimg.EqualApprox("png", want, got, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if !same {
		failed := filepath.Join(t.ArtifactDir(), name)
		if err := os.WriteFile(failed, got, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("picture differs from %s; what was drawn is in %s (go test -artifacts keeps it)", path, failed)
	}
}

// goldenNumbers is golden for text in which numbers may differ a little, because other machines round coordinates otherwise.
func goldenNumbers(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		golden(t, name, got)
		return
	}
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?`)
	if number.ReplaceAllString(string(want), "#") != number.ReplaceAllString(string(got), "#") {
		golden(t, name, got)
		return
	}
	a, b := number.FindAllString(string(want), -1), number.FindAllString(string(got), -1)
	for i := range a {
		x, _ := strconv.ParseFloat(a[i], 64)
		y, _ := strconv.ParseFloat(b[i], 64)
		if math.Abs(x-y) > 0.02 {
			t.Errorf("%s: number %d is %s, want %s", name, i, b[i], a[i])
			return
		}
	}
}

// goldenRuns are the runs whose pictures and data are kept in files.
func goldenRuns(t *testing.T) map[string]*results.Run {
	why := blocksRun(t, "dna_embedder", "mha_block_4", "out/embeddings_1bp")
	addAttribution(why)
	why.Ablation, why.Search, why.NonFinite, why.Sweep = madeUpAblation(), madeUpSearch(), madeUpNonFinite(), sweepRun().Sweep
	return map[string]*results.Run{"small": smallRun(t), "edge": edgeRun(), "why": why}
}

// exactMetrics is a comparison of equal tensors.
func exactMetrics(elements int64) metrics.Metrics {
	m := metrics.Metrics{Elements: elements, Compared: elements, MaxAbsoluteIndex: -1, BitIdentical: 1, Pearson: 1, Cosine: 1}
	m.Within, m.WithinStrict = [3]float64{1, 1, 1}, [2]float64{1, 1}
	m.UlpHistogram[0] = elements
	m.Reference.FirstAt, m.Test.FirstAt = -1, -1
	return m
}

// edgeRun is a run of one policy with everything that is awkward to draw: exact taps, undefined and infinite errors, a
// tiny and a huge one, created and inherited values, and names that are hostile.
func edgeRun() *results.Run {
	run := &results.Run{
		Schema: 1, Name: "edges", Reference: results.Policy{Name: "f32"},
		Policies: []results.Policy{{Name: "<b>policy</b>\n\"quoted\" & 'more'", YAML: "name: <script>alert(1)</script>\n"}},
		Command:  []string{"bf16lab", "run", "it's here.yaml"},
		Explanations: []results.Explanation{
			{Policy: "<b>policy</b>", Text: "Found </p><script>alert(1)</script>."},
		},
	}
	add := func(name, part, block string, relativeL2 float64, origin results.Origin) *metrics.Metrics {
		m := exactMetrics(24)
		m.RelativeL2, m.BitIdentical = relativeL2, 0.5
		m.MaxAbsolute, m.MaxAbsoluteIndex = 0.25, 23
		run.Taps = append(run.Taps, results.Tap{Name: name, Shape: []int{2, 3, 4}, DType: "bfloat16", Part: part, Block: block,
			Metrics: []metrics.Metrics{m}, Origin: []results.Origin{origin}})
		return &run.Taps[len(run.Taps)-1].Metrics[0]
	}
	*add("model/embed", "encoder", "embed", 0, results.OriginNone) = exactMetrics(24)
	add(hostileName, "encoder", "block", 1e-30, results.OriginNone)
	add("model/block/product", "encoder", "block", 3, results.OriginNone)
	add("model/zero", "encoder", "zero", math.Inf(1), results.OriginNone)
	m := add("model/lost", "tower", "", math.NaN(), results.OriginCreated)
	m.Compared, m.Test.NaN, m.Test.FirstAt = 0, 24, 0
	m.Pearson, m.Cosine, m.Bias, m.MeanAbsolute, m.MaxAbsolute = math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
	m = add("model/after", "unknown part", "after", 2e-3, results.OriginInherited)
	m.Compared, m.Test.PosInf, m.Test.NegInf, m.Test.FirstAt = 22, 1, 1, 5
	m = add("out/tracks", "output", "tracks", 1e-3, results.OriginReference)
	m.Compared, m.Test.NaN, m.Test.FirstAt, m.Reference.NaN, m.Reference.FirstAt = 20, 4, 99, 4, 99
	add("out/embeddings_pair", "output", "embeddings_pair", 2e-2, results.OriginNone)
	return run
}

// hostileName is a tap's name that would end a script element and run code if it were not escaped.
const hostileName = "</script><img src=x onerror=alert(1)>"
