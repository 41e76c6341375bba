package policy

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// fuzzSeeds are the texts that mutation starts from: every preset, and files with what presets do not use.
func fuzzSeeds(t testing.TB) []string {
	seeds := []string{
		"name: a\nextends: f32\nprecision: params=float32,compute=bfloat16\n",
		"name: b\nextends: seed-hooks\noverrides:\n  - match: \"**/mha_block/**\"\n    compute: float32\n    except: [\"**:softmax\", \"a/*\"]\n  - {match: \"x@add\", round: float16+saturate}\n",
		"name: c\nextends: f32\noverrides: &o\n  - &p {match: x, round: bf16}\n  - *p\n",
		"name: d\nextends: jax-cpu-jit\nelision: none\nparams: e4m3\n",
	}
	for _, name := range Presets() {
		text, err := presetFiles.ReadFile("presets/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, string(text))
	}
	return seeds
}

// checkParser reads anything as a policy: it must give a complete policy that reads back the same, or a one-line error that
// begins with the file's name.
func checkParser(t *testing.T, text string) {
	p, err := Parse("fuzz.yaml", []byte(text))
	if err != nil {
		if message := err.Error(); p != nil || !strings.HasPrefix(message, "fuzz.yaml:") || strings.ContainsAny(message, "\n\r") {
			t.Errorf("%.300q: %v, %q is not one line with the place", text, p, message)
		}
		return
	}
	if _, err := p.resolve(); err != nil || p.Name == "" {
		t.Fatalf("%.300q: not complete: %v", text, err)
	}
	again, err := Parse("again.yaml", []byte(p.YAML()))
	if err != nil || again.YAML() != p.YAML() {
		t.Errorf("%.300q: reads back as %v, %v", text, again, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range fuzzSeeds(f) {
		f.Add(seed)
	}
	f.Fuzz(checkParser)
}

// The fuzz target with a fixed number of mutated inputs, the same in every run.
func TestParseMutations(t *testing.T) {
	rounds := 3_000
	if testing.Short() {
		rounds = 500
	}
	random := rand.New(rand.NewPCG(3, 4))
	seeds := fuzzSeeds(t)
	words := []string{"\n", " ", "  - ", ": ", "*", "**", "/", "&a", "*a", "{", "}", "[", "]", "\"", "'", "#", "\x00", "\xff", "é", "null", "name", "compute", "round", "match",
		"overrides", "extends", "f32", "float64", "<<", "!!int", "---\n", "=", ",", "\t", "1e9"}
	valid := 0
	for range rounds {
		text := seeds[random.IntN(len(seeds))]
		for range random.IntN(4) {
			at := random.IntN(len(text) + 1)
			to := min(at+random.IntN(12), len(text))
			switch random.IntN(3) {
			case 0:
				text = text[:at] + text[to:]
			case 1:
				text = text[:at] + words[random.IntN(len(words))] + text[at:]
			case 2:
				text = text[:at] + text[at:to] + text[at:to] + text[to:]
			}
		}
		if _, err := Parse("fuzz.yaml", []byte(text)); err == nil {
			valid++
		}
		checkParser(t, text)
	}
	if valid < rounds/10 || valid > rounds*9/10 {
		t.Errorf("%d of %d inputs are valid: the mutations test one side only", valid, rounds)
	}
}
