package policy

import (
	"fmt"
	"regexp"
	"strings"
)

// Glob is a compiled pattern on taps and sites; see the package comment.
type Glob struct {
	text string
	re   *regexp.Regexp
}

// ParseGlob compiles a pattern.
func ParseGlob(text string) (Glob, error) {
	if text == "" {
		return Glob{}, fmt.Errorf("policy: empty glob")
	}
	pattern := text
	var b strings.Builder
	b.WriteString("^")
	if rest, ok := strings.CutPrefix(pattern, "**/"); ok {
		b.WriteString("(?:.*/)?")
		pattern = rest
	}
	tail := "$"
	if rest, ok := strings.CutSuffix(pattern, "/**"); ok {
		// What follows the module may also be its functions and primitives.
		tail = "(?:[/:@].*)?$"
		pattern = rest
	}
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	b.WriteString(tail)
	re, err := regexp.Compile(b.String())
	if err != nil {
		return Glob{}, fmt.Errorf("policy: glob %q: %w", text, err)
	}
	return Glob{text: text, re: re}, nil
}

// Match tells whether the pattern matches the whole name.
func (g Glob) Match(name string) bool { return g.re.MatchString(name) }

// String returns the pattern as it was written.
func (g Glob) String() string { return g.text }
