package main

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"

	"pgregory.net/rapid"
)

// summaryRun returns a run whose table has something of everything.
func summaryRun() *results.Run {
	const tower = "alphagenome/transformer_tower/pair_update_block_4/sequence_to_pair_block"
	run := &results.Run{
		Reference: results.Policy{Name: "f32"}, Input: results.Input{Length: 4096, Source: "numpy RandomState(42), 4096 bases"},
		Policies: []results.Policy{{Name: "jax-cpu-eager"}, {Name: "params=float32,compute=bfloat16,output=float32"}, {Name: "f64"}, {Name: "broken"}},
	}
	nan := math.NaN()
	for _, tap := range []struct {
		name   string
		l2     [4]float64
		origin [4]results.Origin
	}{
		{"alphagenome/sequence_encoder/dna_embedder", [4]float64{0.00123, 0.01, 0, 1e-300}, [4]results.Origin{}},
		{tower + ":einsum[bqhc,bkhc->bqkh]", [4]float64{0.0101, 0.5, 0, nan}, [4]results.Origin{3: results.OriginCreated}},
		{tower + ":softmax", [4]float64{0.07, 0.02, 0, nan}, [4]results.Origin{3: results.OriginInherited}},
		{"out/embeddings_1bp", [4]float64{0.0543, 0.1, 0, nan}, [4]results.Origin{2: results.OriginReference, 3: results.OriginReference}},
		{"out/embeddings_pair", [4]float64{9.996e-3, 1e10, 0, math.Inf(1)}, [4]results.Origin{}},
	} {
		t := results.Tap{Name: tap.name, Origin: tap.origin[:]}
		for _, l2 := range tap.l2 {
			t.Metrics = append(t.Metrics, metrics.Metrics{RelativeL2: l2})
		}
		run.Taps = append(run.Taps, t)
	}
	return run
}

func TestWriteSummary(t *testing.T) {
	var out bytes.Buffer
	writeSummary(&out, summaryRun(), tableWidth)
	const golden = "testdata/summary.txt"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("got\n%s\nwant\n%s", out.Bytes(), want)
	}
}

// TestSummaryFits draws tables with names of any length: all lines have the width, and figures stay whole.
func TestSummaryFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := summaryRun()
		for i := range run.Policies {
			run.Policies[i].Name = rapid.StringMatching(`[a-z=]{1,60}`).Draw(t, "policy")
		}
		for i := range run.Taps[:3] {
			run.Taps[i].Name = "alphagenome/" + rapid.StringMatching(`[a-zé_]{1,200}`).Draw(t, "tap")
		}
		run.Input.Source = rapid.StringN(0, 300, -1).Draw(t, "source")
		var out bytes.Buffer
		writeSummary(&out, run, tableWidth)
		text := out.String()
		_, table, _ := strings.Cut(text, "\n\n")
		for line := range strings.Lines(table) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > tableWidth {
				t.Fatalf("%d columns: %q\n%s", n, line, table)
			}
		}
		for _, figure := range []string{" 5.43e-2 ", " 1.00e10 ", " +Inf ", " as reference", " 2 taps"} {
			if !strings.Contains(table, figure) {
				t.Fatalf("%q is missing:\n%s", figure, text)
			}
		}
	})
}

// TestSummaryShortColumn has one long name, in the column of the worst taps: the other column of taps stays whole, header and all.
func TestSummaryShortColumn(t *testing.T) {
	run := summaryRun()
	for i, name := range []string{"_", "_", strings.Repeat("_", 54)} {
		run.Taps[i].Name = "alphagenome/" + name
	}
	run.Policies[3].Name = strings.Repeat("=", 13)
	var out bytes.Buffer
	writeSummary(&out, run, tableWidth)
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > tableWidth {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if header := "  first tap over 1e-2  "; !strings.Contains(out.String(), header) {
		t.Errorf("%q is missing:\n%s", header, out.String())
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"attention", 9, "attention"}, {"attention", 8, "at...ion"}, {"attention", 5, "...on"}, {"attention", -3, "...on"},
		{"ééééééééé", 8, "éé...ééé"}, {"", 0, ""},
	} {
		if got := shorten(c.text, c.n); got != c.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
}
