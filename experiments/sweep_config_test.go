package experiments

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sweepText is an experiment with eight cells.
const sweepText = `name: s
kind: sweep
sweep:
  lengths: [4096, 2048]
  seeds: [7]
  inputs:
    - {random: {seed: 42}}
    - {fasta: {path: lambda_virus.fa.gz, record: NC_001416.1, start: 100}}
  organisms: [human, mouse]
  outputs: ["out/embeddings_1bp"]
reference: f32
policies: [jax-cpu-eager, weights-bf16]
`

// parseSweep parses sweepText after replacing pairs of texts.
func parseSweep(t testing.TB, replace ...string) (*Config, error) {
	t.Helper()
	text := strings.NewReplacer(replace...).Replace(sweepText)
	if len(replace) > 0 && text == sweepText {
		t.Fatalf("%q is not in the file", replace)
	}
	return Parse("s.yaml", []byte(text), nil)
}

func TestSweepConfigErrors(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"kind: sweep\nsweep:\n", "kind: sweep\nswep:\n", `s.yaml:3: unknown key "swep", did you mean "sweep"?`},
		{"kind: sweep\n", "", "s.yaml:2: sweep: only for kind: sweep"},
		{"reference:", "weights: {synthetic: {seed: 1}}\nreference:", "s.yaml:11: weights: a sweep has it in the section sweep"},
		{"reference:", "input: {random: {seed: 1, length: 2048}}\nreference:", "s.yaml:11: input: a sweep has it in the section sweep"},
		{"reference:", "organism: human\nreference:", "s.yaml:11: organism: a sweep has it in the section sweep"},
		{"  seeds: [7]\n", "", "s.yaml:3: sweep.seeds: want at least one"},
		{"[4096, 2048]", "[]", "s.yaml:4: sweep.lengths: want at least one"},
		{"[4096, 2048]", "[4096, 4096]", "s.yaml:4: sweep.lengths: 4096 is given twice"},
		{"[4096, 2048]", "[4096, 3000]", "s.yaml:4: sweep.lengths: sequence: length 3000 is not a multiple of 2048"},
		{"[7]", "[7, 8, 7]", "s.yaml:5: sweep.seeds: 7 is given twice"},
		{"[7]", "[-7]", "s.yaml:5: sweep.seeds.0: want a whole number, not negative"},
		{"{random: {seed: 42}}", "{random: {seed: 42, length: 2048}}", `s.yaml:7: sweep.inputs.0.random: unknown key "length"`},
		{"{random: {seed: 42}}", "{}", "s.yaml:7: input: want one of fasta, random and pattern"},
		{"{random: {seed: 42}}", "{pattern: {name: homopolymer_X}}", `s.yaml:7: input: sequence: no pattern "homopolymer_X"`},
		{"start: 100", "start: -1", "s.yaml:8: sweep.inputs: start -1 lies outside of any record"},
		{"start: 100", "start: 48000", "s.yaml:8: input: sequence: read lambda_virus.fa.gz (embedded): region 48000-52096 lies outside record"},
		{"[human, mouse]", "[human, rat]", `s.yaml:9: sweep.organisms: unknown organism "rat"`},
		{`["out/embeddings_1bp"]`, `["out/embedings_1bp"]`, `s.yaml:10: sweep.outputs: "out/embedings_1bp" matches no tap, did you mean "out/embeddings_1bp"?`},
		{`["out/embeddings_1bp"]`, `[{a: b}]`, "s.yaml:10: sweep.outputs: want a glob"},
		{"weights-bf16", "weights-bf61", `s.yaml:12: unknown policy "weights-bf61"`},
	} {
		config, err := parseSweep(t, c.from, c.to)
		if err == nil {
			_, err = newSweep(config, Options{Threads: 1})
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.to, err, c.want)
		}
	}
}

// TestSweepTooLarge makes sure that a file of a few lines cannot ask for more cells than can be listed.
func TestSweepTooLarge(t *testing.T) {
	many := make([]string, 60_000)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	_, err := parseSweep(t, "[7]", "["+strings.Join(many, ",")+"]")
	if err == nil || err.Error() != "s.yaml:3: sweep: 480000 replays, at most 100000 are possible" {
		t.Errorf("error %v", err)
	}
}

func TestSweepCells(t *testing.T) {
	config, err := parseSweep(t)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSweep(config, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, cell := range s.cells {
		r := s.plan.Replays[i]
		in, err := cell.sequences()
		if err != nil {
			t.Fatal(err)
		}
		if in[0].SHA256() != r.SHA256 || in[0].Len() != r.Length || cell.Organism != r.Organism || cell.Weights.Synthetic.Seed != r.Seed {
			t.Errorf("cell %d is the experiment %+v, its key says %+v", i, cell, r)
		}
		got = append(got, fmt.Sprintf("%d %d %s %s", r.Length, r.Seed, r.Input, r.Organism))
	}
	want := []string{
		"4096 7 random seed 42 human", "4096 7 random seed 42 mouse",
		"4096 7 fasta lambda_virus.fa.gz NC_001416.1 from 100 human", "4096 7 fasta lambda_virus.fa.gz NC_001416.1 from 100 mouse",
		"2048 7 random seed 42 human", "2048 7 random seed 42 mouse",
		"2048 7 fasta lambda_virus.fa.gz NC_001416.1 from 100 human", "2048 7 fasta lambda_virus.fa.gz NC_001416.1 from 100 mouse",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"out/embeddings_1bp"}, s.plan.Watched); diff != "" {
		t.Errorf("watched without taps (-want +got):\n%s", diff)
	}
	if err := s.plan.Check(); err != nil {
		t.Error(err)
	}
}

// TestSweepKeys changes one thing after the other: only the name and comments leave the keys as they are.
func TestSweepKeys(t *testing.T) {
	keyOf := func(build string, replace ...string) string {
		config, err := parseSweep(t, replace...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newSweep(config, Options{Threads: 1, Sweep: SweepOptions{Build: build}})
		if err != nil {
			t.Fatal(err)
		}
		return s.plan.Replays[len(s.plan.Replays)-1].Key
	}
	seen := map[string]string{keyOf("a"): "the sweep itself"}
	for _, same := range [][]string{{"name: s", "name: other"}, {"kind:", "# comment\nkind:"}, {"[4096, 2048]", "[2048]"}} {
		if seen[keyOf("a", same...)] == "" {
			t.Errorf("%q has another key", same)
		}
	}
	for _, other := range [][]string{
		{"[7]", "[8]"}, {"start: 100", "start: 101"}, {"[human, mouse]", "[human]"}, {"[4096, 2048]", "[2048, 4096]"},
		{"reference: f32", "reference: f64"}, {", weights-bf16]", "]"}, {"[jax-cpu-eager, weights-bf16]", "[weights-bf16, jax-cpu-eager]"},
		{"embeddings_1bp", "embeddings_128bp"}, {"reference:", "taps: [out/embeddings_pair]\nreference:"},
	} {
		key := keyOf("a", other...)
		if seen[key] != "" {
			t.Errorf("%q has the key of %s", other, seen[key])
		}
		seen[key] = other[1]
	}
	if seen[keyOf("b")] != "" {
		t.Error("another build has the same key")
	}
}

// TestShards checks that every cell is in exactly one of n shards, and that their sizes differ by at most one.
func TestShards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count, cells := rapid.IntRange(1, 50).Draw(t, "shards"), rapid.IntRange(0, 300).Draw(t, "cells")
		sizes := make([]int, count)
		for i := range cells {
			owners := 0
			for n := range count {
				var s Shard
				if err := s.UnmarshalText(fmt.Appendf(nil, "%d/%d", n+1, count)); err != nil {
					t.Fatal(err)
				}
				if s.Has(i) {
					owners++
					sizes[n]++
				}
			}
			if owners != 1 || !(Shard{}).Has(i) {
				t.Fatalf("cell %d is in %d of %d shards", i, owners, count)
			}
		}
		for _, n := range sizes {
			if n < cells/count || n > (cells+count-1)/count {
				t.Fatalf("%d cells in %d shards: sizes %d", cells, count, sizes)
			}
		}
	})
}

func TestShardText(t *testing.T) {
	for _, text := range []string{"", "1", "1/", "/1", "0/1", "2/1", "-1/2", "1/2/3", "1/100001", "a/b", "1/99999999999999999999"} {
		if err := new(Shard).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	var s Shard
	if err := s.UnmarshalText([]byte("3/4")); err != nil || s != (Shard{3, 4}) || s.String() != "3/4" || (Shard{}).String() != "all" {
		t.Errorf("3/4 is %v, %v", s, err)
	}
}
