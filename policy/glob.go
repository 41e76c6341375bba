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
	b.WriteString("(?s)^")
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
	for pattern != "" {
		rest := pattern[1:]
		switch {
		case strings.HasPrefix(pattern, "**"):
			b.WriteString(".*")
			rest = pattern[2:]
		case pattern[0] == '*':
			b.WriteString("[^/]*")
		case pattern[0] == '?':
			b.WriteString("[^/]")
		default:
			end := strings.IndexAny(pattern, "*?")
			if end < 0 {
				end = len(pattern)
			}
			b.WriteString(regexp.QuoteMeta(pattern[:end]))
			rest = pattern[end:]
		}
		pattern = rest
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
