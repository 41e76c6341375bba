package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern string
		match   []string
		not     []string
	}{
		{"**", []string{"", "a", "alphagenome/embed@embeddings", "a\nb"}, nil},
		{"alphagenome", []string{"alphagenome"}, []string{"alphagenome/embed", "alphagenome:gelu", "alphagenom", "xalphagenome"}},
		{"*", []string{"", "a", "out:gelu@mul"}, []string{"a/b"}},
		{"a/*", []string{"a/", "a/b", "a/b:c@d"}, []string{"a", "a/b/c"}},
		{"?", []string{"a", "é"}, []string{"", "ab", "/"}},
		{"a/linear_?", []string{"a/linear_q"}, []string{"a/linear_", "a/linear_pair"}},
		{"**/mha", []string{"mha", "a/mha", "a/b/mha"}, []string{"xmha", "a/xmha", "mha/a"}},
		{"mha/**", []string{"mha", "mha/q", "mha/q/r", "mha:gelu", "mha@add", "mha:gelu@mul"}, []string{"mha_1", "a/mha"}},
		{"**/mha/**", []string{"mha", "a/mha", "a/mha/q", "mha:softmax"}, []string{"a/mha_1", "xmha"}},
		{"a/**/b", []string{"a//b", "a/x/b", "a/x/y/b"}, []string{"a/b", "a"}},
		{"**:**", []string{"a:b", ":"}, []string{"a/b@c"}},
		{"a**b", []string{"ab", "a/x/b"}, []string{"a", "ba"}},
		{"a.b[1]", []string{"a.b[1]"}, []string{"axb1", "a.b1"}},
		{"einsum[bqhc,phc->bhqp]", []string{"einsum[bqhc,phc->bhqp]"}, []string{"einsumb"}},
		{"é*", []string{"é", "éa"}, []string{"Ã©", "e"}},
	} {
		g, err := ParseGlob(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range c.match {
			if !g.Match(name) {
				t.Errorf("%q does not match %q", c.pattern, name)
			}
		}
		for _, name := range c.not {
			if g.Match(name) {
				t.Errorf("%q matches %q", c.pattern, name)
			}
		}
		if g.String() != c.pattern {
			t.Errorf("%q prints as %q", c.pattern, g)
		}
	}
}

func TestGlobErrors(t *testing.T) {
	for pattern, want := range map[string]string{"": "policy: empty glob", "a\xff": `policy: glob "a\xff": `} {
		if _, err := ParseGlob(pattern); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", pattern, err, want)
		}
	}
}

// TestGlobIsItsDescription compares with a matcher that tries every way, as the package comment describes globs.
func TestGlobIsItsDescription(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "/", ":", "@", ".", "*", "?", "**", "**/", "/**"})
	letter := rapid.SampledFrom([]string{"a", "b", "/", ":", "@", "."})
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(piece, 1, 6).Draw(t, "pattern"), "")
		name := strings.Join(rapid.SliceOfN(letter, 0, 7).Draw(t, "name"), "")
		g, err := ParseGlob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := g.Match(name), describedMatch(pattern, name); got != want {
			t.Fatalf("%q with %q: %v, want %v", pattern, name, got, want)
		}
	})
}

func describedMatch(pattern, name string) bool {
	if rest, ok := strings.CutPrefix(pattern, "**/"); ok {
		if describedTail(rest, name) {
			return true
		}
		for i := range name {
			if name[i] == '/' && describedTail(rest, name[i+1:]) {
				return true
			}
		}
		return false
	}
	return describedTail(pattern, name)
}

func describedTail(pattern, name string) bool {
	rest, ok := strings.CutSuffix(pattern, "/**")
	if !ok {
		return anyWay(pattern, name)
	}
	for i := 0; i <= len(name); i++ {
		if (i == len(name) || strings.ContainsRune("/:@", rune(name[i]))) && anyWay(rest, name[:i]) {
			return true
		}
	}
	return false
}

func anyWay(pattern, name string) bool {
	rest, star := strings.CutPrefix(pattern, "**")
	if !star {
		rest, star = strings.CutPrefix(pattern, "*")
		if star {
			for i := 0; i <= len(name) && !strings.Contains(name[:i], "/"); i++ {
				if anyWay(rest, name[i:]) {
					return true
				}
			}
			return false
		}
		if pattern == "" || name == "" {
			return pattern == name
		}
		return (pattern[0] == name[0] || pattern[0] == '?' && name[0] != '/') && anyWay(pattern[1:], name[1:])
	}
	for i := 0; i <= len(name); i++ {
		if anyWay(rest, name[i:]) {
			return true
		}
	}
	return false
}
