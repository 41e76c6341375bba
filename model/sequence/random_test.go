package sequence

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

type golden struct {
	Seed      uint64
	Pattern   string
	Generator string
	Length    int
	Begins    string
	SHA256    string
}

type goldenFile struct {
	Random     []golden
	DefaultRNG []golden `json:"default_rng"`
	Patterns   []golden
}

func readGolden(t *testing.T) (file goldenFile) {
	t.Helper()
	text, err := os.ReadFile("testdata/numpy.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func check(t *testing.T, s *Sequence, err error, want golden) {
	t.Helper()
	if err != nil {
		t.Errorf("%+v: %v", want, err)
		return
	}
	if s.Len() != want.Length || s.SHA256() != want.SHA256 {
		t.Errorf("%s: got %d bases that begin with %.24s, want %d that begin with %s", s.Source, s.Len(), s.Letters(), want.Length, want.Begins)
	}
}

func TestRandomMatchesNumpy(t *testing.T) {
	random := readGolden(t).Random
	if len(random) != 73 {
		t.Fatalf("testdata holds %d sequences", len(random))
	}
	for _, want := range random {
		s, err := Random(want.Seed, want.Length)
		check(t, s, err, want)
	}
}

func TestRandomErrors(t *testing.T) {
	for _, c := range []struct {
		seed   uint64
		length int
		want   string
	}{
		{1 << 32, 2048, "4294967295"}, {42, 0, "length 0"}, {42, -1, "length -1"}, {42, MaxLength + 1, "16777216"},
	} {
		if s, err := Random(c.seed, c.length); err == nil || s != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Random(%d, %d): error %v does not mention %q", c.seed, c.length, err, c.want)
		}
	}
}

func TestPatternsMatchNumpy(t *testing.T) {
	patterns := readGolden(t).Patterns
	seen := map[string]bool{}
	for _, want := range patterns {
		g, err := ParseGenerator(want.Generator)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Pattern(want.Pattern, want.Length, g)
		check(t, s, err, want)
		seen[want.Pattern] = true
	}
	for _, name := range Patterns() {
		if !seen[name] {
			t.Errorf("no golden data for %s", name)
		}
	}
	if len(seen) != 13 {
		t.Errorf("golden data for %d patterns, want 13", len(seen))
	}
}

// Integers and floats of default_rng in turn, so that a waiting half word has to survive the floats.
func TestDefaultRNGMatchesNumpy(t *testing.T) {
	rows := readGolden(t).DefaultRNG
	if len(rows) != 9 {
		t.Fatalf("testdata holds %d sequences", len(rows))
	}
	for _, want := range rows {
		r := DefaultRNG.seeded(uint32(want.Seed))
		s := &Sequence{Source: "default_rng"}
		for range want.Length / 3 {
			s.Codes = append(s.Codes, uint8(r.bits(2)), uint8(r.float()*4), uint8(r.float()*4))
		}
		check(t, s, nil, want)
	}
}

func TestPatternSource(t *testing.T) {
	for name, want := range map[string]string{
		"gc_rich":          "pattern gc_rich, 2048 bases, numpy.random.default_rng",
		"random_seed_42":   "pattern random_seed_42, 2048 bases, numpy.random.default_rng",
		"alternating_ACGT": "pattern alternating_ACGT, 2048 bases",
	} {
		if s, err := Pattern(name, 2048, DefaultRNG); err != nil || s.Source != want {
			t.Errorf("%s: source %q, want %q (%v)", name, s.Source, want, err)
		}
	}
}

func TestPatternErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		length int
		want   string
	}{
		{"homopolymer_a", 2048, `"homopolymer_A"`}, {"gcrich", 2048, `"gc_rich"`}, {"", 2048, `"gc_rich"`},
		{"gc_rich", 0, "length 0"}, {"half_and_half", MaxLength + 1, "16777216"},
	} {
		if s, err := Pattern(c.name, c.length, RandomState); err == nil || s != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Pattern(%q, %d): error %v does not mention %s", c.name, c.length, err, c.want)
		}
	}
	if _, err := ParseGenerator("default"); err == nil || !strings.Contains(err.Error(), `"default_rng"`) {
		t.Errorf("ParseGenerator(default): error %v does not mention default_rng", err)
	}
}

func TestPatternsBelongToTheCaller(t *testing.T) {
	Patterns()[0] = "x"
	if slices.Contains(Patterns(), "x") {
		t.Error("a caller changed the list of patterns")
	}
}
