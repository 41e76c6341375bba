package strictyaml

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// garden has every kind of field that configurations have.
type garden struct {
	Name  string    `yaml:"name"`
	Seed  uint64    `yaml:"seed"`
	Depth int       `yaml:"depth,omitempty"`
	Ratio float64   `yaml:"ratio"`
	Walls bool      `yaml:"walls"`
	Beds  []bed     `yaml:"beds"`
	Owner *person   `yaml:"owner"`
	Free  yaml.Node `yaml:"free"`
	Own   shout     `yaml:"own"`
	Skip  int       `yaml:"-"`
	Plain int       // without a tag it cannot be set
}

type bed struct {
	Plants []string `yaml:"plants"`
	Rows   int      `yaml:"rows"`
}

type person struct {
	First string  `yaml:"first"`
	Heir  *person `yaml:"heir"`
}

// shout reads itself.
type shout string

func (s *shout) UnmarshalYAML(node *yaml.Node) error {
	*s = shout(strings.ToUpper(node.Value))
	return nil
}

func decode(text string) (garden, error) {
	var g garden
	node, err := Parse("g.yaml", []byte(text))
	if err == nil {
		err = Decode("g.yaml", node, &g)
	}
	return g, err
}

func TestDecode(t *testing.T) {
	const text = `
name: 5
seed: 18446744073709551615
depth: -3
ratio: 1e-2
walls: yes
beds:
  - {plants: [leek, 7], rows: 1_000}
  - &second {plants: [], rows: 0x10}
  - *second
owner: {first: Ada, heir: {first: Bo}}
free: {anything: [goes]}
own: hello
`
	got, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if got.Free.Kind != yaml.MappingNode || got.Free.Line != 12 {
		t.Errorf("the node was not kept: %+v", got.Free)
	}
	got.Free = yaml.Node{}
	want := garden{
		Name: "5", Seed: 1<<64 - 1, Depth: -3, Ratio: 0.01, Walls: true,
		Beds:  []bed{{[]string{"leek", "7"}, 1000}, {[]string{}, 16}, {[]string{}, 16}},
		Owner: &person{"Ada", &person{"Bo", nil}}, Own: "HELLO",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNothing gives no value to what may be left out.
func TestNothing(t *testing.T) {
	got, err := decode("beds:\nowner: ~\nfree:\n")
	if err != nil || got.Beds != nil || got.Owner != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "g.yaml: the file is empty"},
		{" \n\t\n", "g.yaml: the file is empty"},
		{"# nothing else", "g.yaml: no documents in stream"},
		{"name: a\n---\nname: b", "g.yaml: expected single document, found multiple"},
		{"- a", "g.yaml:1: want keys and values (valid keys: name, seed, depth, ratio, walls, beds, owner, free, own), got a list"},
		{"5", `g.yaml:1: want keys and values (valid keys: name, seed, depth, ratio, walls, beds, owner, free, own), got "5"`},
		{"name: a\nsede: 1", `g.yaml:2: unknown key "sede", did you mean "seed"?`},
		{"name: a\nbeds:\n  - rows: 1\n    plant: [x]", `g.yaml:4: beds.0: unknown key "plant", did you mean "plants"?`},
		{"owner:\n  heir:\n    frist: x", `g.yaml:3: owner.heir: unknown key "frist", did you mean "first"?`},
		{"skip: 1", `g.yaml:1: unknown key "skip", did you mean "seed"?`},
		{"plain: 1", `g.yaml:1: unknown key "plain", did you mean "name"?`},
		{"\"\": 1", `g.yaml:1: unknown key "", did you mean "own"?`},
		{"? [a]\n: b", `g.yaml:1: unknown key "", did you mean "own"?`},
		{"name: a\nseed: 1\nname: b", `g.yaml:3: key "name" is given twice`},
		{"seed: -1", `g.yaml:1: seed: want a whole number, not negative, of at most 64 bits, got "-1"`},
		{"seed: 18446744073709551616", `g.yaml:1: seed: want a whole number, not negative, of at most 64 bits, got "18446744073709551616"`},
		{"seed:", `g.yaml:1: seed: want a whole number, not negative, of at most 64 bits, got nothing`},
		{"depth: 1.5", `g.yaml:1: depth: want a whole number of at most 64 bits, got "1.5"`},
		{"ratio: much", `g.yaml:1: ratio: want a number, got "much"`},
		{"walls: 2", `g.yaml:1: walls: want true or false, got "2"`},
		{"name: [a, b]", `g.yaml:1: name: want a text, got a list`},
		{"name: {a: b}", `g.yaml:1: name: want a text, got keys and values`},
		{"beds:\n- plants: leek", `g.yaml:2: beds.0.plants: want a list, got "leek"`},
		{"beds:\n- rows: 1\n- plants: [a, [b]]", `g.yaml:3: beds.1.plants.1: want a text, got a list`},
		{"owner: 3", `g.yaml:1: owner: want keys and values (valid keys: first, heir), got "3"`},
		{"name: " + strings.Repeat("x", 100) + "\ndepth: " + strings.Repeat("9", 100),
			`g.yaml:2: depth: want a whole number of at most 64 bits, got "` + strings.Repeat("9", 80) + `"`},
		{"name: a\nbeds: [x\nown: b", "g.yaml:3: did not find expected ',' or ']' while parsing a flow sequence"},
		{"\tname: a", "g.yaml:1: found character that cannot start any token while scanning for the next token"},
		{"name: a\n seed: 1", "g.yaml:2: mapping values are not allowed in this context"},
		{"name: *a", "g.yaml:1: unknown anchor 'a' referenced"},
		{"owner: &a {heir: *a}", `g.yaml:1: the anchor "a" contains itself`},
		{"beds: &a [*a]", `g.yaml:1: the anchor "a" contains itself`},
		{"name: a\x00", "g.yaml: control characters are not allowed (value: 0)"},
		{strings.Repeat(" ", maxBytes+1), "g.yaml: larger than 1048576 bytes"},
	} {
		if _, err := decode(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%.60q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestSet(t *testing.T) {
	const text = "name: a\nbeds: [{rows: 1}, {rows: 2}]\nowner:\n"
	for _, c := range []struct {
		path, value string
		change      func(*garden)
	}{
		{"name", "b", func(g *garden) { g.Name = "b" }},
		{"name", `"x: [y]"`, func(g *garden) { g.Name = "x: [y]" }},
		{"seed", "7", func(g *garden) { g.Seed = 7 }},
		{"beds.1.rows", "5", func(g *garden) { g.Beds[1].Rows = 5 }},
		{"beds.0", "{plants: [leek]}", func(g *garden) { g.Beds[0] = bed{Plants: []string{"leek"}} }},
		{"beds", "[]", func(g *garden) { g.Beds = []bed{} }},
		{"owner.heir.first", "Bo", func(g *garden) { g.Owner = &person{Heir: &person{First: "Bo"}} }},
	} {
		node, err := Parse("g.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var got garden
		if err := Set(node, c.path, c.value); err != nil {
			t.Errorf("%s=%s: %v", c.path, c.value, err)
		} else if err := Decode("g.yaml", node, &got); err != nil {
			t.Errorf("%s=%s: %v", c.path, c.value, err)
		}
		want := garden{Name: "a", Beds: []bed{{nil, 1}, {nil, 2}}}
		c.change(&want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s=%s: %s", c.path, c.value, diff)
		}
	}
}

func TestSetErrors(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"name", "[", "--set name=[: the value is not YAML"},
		{"name", "", "--set name=: the value is not YAML"},
		{"name.x", "1", `--set name.x: there is nothing below which "x" could stand`},
		{"beds.2", "1", `--set beds.2: "2" is not a position in a list of 2 (the first is 0)`},
		{"beds.-1.rows", "1", `--set beds.-1.rows: "-1" is not a position in a list of 2 (the first is 0)`},
		{"beds.1x", "1", `--set beds.1x: "1x" is not a position in a list of 2 (the first is 0)`},
		// What does not fit the type is found by Decode, which names --set in place of a line.
		{"sede", "1", `--set: unknown key "sede", did you mean "seed"?`},
		{"owner.frist", "x", `--set: owner: unknown key "frist", did you mean "first"?`},
		{"beds.0.rows", "many", `--set: beds.0.rows: want a whole number of at most 64 bits, got "many"`},
		{"", "1", `--set: unknown key "", did you mean "own"?`},
	} {
		node, err := Parse("g.yaml", []byte("name: a\nbeds: [{rows: 1}, {rows: 2}]\nowner: {first: Ada}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if err = Set(node, c.path, c.value); err == nil {
			err = Decode("g.yaml", node, &garden{})
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%s=%s:\n got %v\nwant %s", c.path, c.value, err, c.want)
		}
	}
}

func TestPosition(t *testing.T) {
	if got := Position("g.yaml", &yaml.Node{Line: 12}); got != "g.yaml:12" {
		t.Errorf("got %q", got)
	}
	if got := Position("g.yaml", &yaml.Node{}); got != "--set" {
		t.Errorf("got %q", got)
	}
}

func TestLocate(t *testing.T) {
	node, err := Parse("g.yaml", []byte("name: a\nbeds:\n  - {rows: 1}\n  - rows: 2\nowner:\n\n  first: Ada\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range [][2]string{{"beds.1.rows", "3"}, {"seed", "1"}} {
		if err := Set(node, set[0], set[1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ path, want string }{
		{"name", "g.yaml:1"}, {"owner", "g.yaml:5"}, {"owner.first", "g.yaml:7"}, {"owner.last", "g.yaml:5"}, {"beds.0", "g.yaml:3"},
		{"beds.0.rows", "g.yaml:3"}, {"beds", "--set"}, {"beds.1", "--set"}, {"beds.1.rows", "--set"}, {"beds.1.plants", "--set"},
		{"seed", "--set"}, {"name.x", "g.yaml:1"}, {"beds.7.rows", "--set"},
	} {
		if got := Locate("g.yaml", node, strings.Split(c.path, ".")...); got != c.want {
			t.Errorf("%s: got %s, want %s", c.path, got, c.want)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "long.yaml")
	if err := os.WriteFile(file, make([]byte, 3*maxBytes), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := ReadFile(file)
	if err != nil || len(text) != maxBytes+1 {
		t.Errorf("got %d bytes, %v; one more than Parse takes is enough", len(text), err)
	}
	missing := filepath.Join(dir, "missing.yaml")
	if _, err := ReadFile(missing); !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), missing+": ") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := ReadFile(dir); err == nil || !strings.HasPrefix(err.Error(), dir+": ") {
		t.Errorf("a folder: %v", err)
	}
}

// TestHostile decodes YAML-like noise: whatever it is, there is no panic, and an error is one line that begins with the
// position.
func TestHostile(t *testing.T) {
	pieces := []string{
		"name", "seed", "beds", "rows", "plants", "owner", "heir", "first", "free", "own", "x", "-1", "1e9", "~", "<<", "&a", "*a",
		": ", "- ", ", ", "[", "]", "{", "}", "\n", "\n  ", "\n    ", "!!int ", "!!map ", "\"", "'", "|\n", "? ", "#", "---\n", "\t", "\xff",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(t, "pieces"), "")
		node, err := Parse("g.yaml", []byte(text))
		if err == nil {
			path := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces[:12]), 1, 3).Draw(t, "path"), ".")
			if Set(node, path, rapid.SampledFrom(pieces).Draw(t, "value")) == nil {
				err = Decode("g.yaml", node, &garden{})
			}
		}
		if err == nil {
			return
		}
		message := err.Error()
		if strings.ContainsAny(message, "\n\r") || !strings.HasPrefix(message, "g.yaml:") && !strings.HasPrefix(message, "--set: ") {
			t.Fatalf("%q: %q", text, message)
		}
	})
}
