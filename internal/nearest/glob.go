package nearest

import "strings"

// Glob returns the glob that matches one of the names and differs least from one that matches none: a whole name, or as many
// consecutive parts of a name's path as text has between **/ and /**. A part may have a colon suffix. The result is empty if
// there are no names.
func Glob(text string, names []string) string {
	core, anyStart := strings.CutPrefix(text, "**/")
	core, anyEnd := strings.CutSuffix(core, "/**")
	n := strings.Count(core, "/") + 1
	var candidates []string
	for _, name := range names {
		parts := strings.Split(name, "/")
		for start := 0; start+n <= len(parts); start++ {
			if start > 0 && !anyStart || start+n < len(parts) && !anyEnd {
				continue
			}
			candidate := strings.Join(parts[start:start+n], "/")
			candidates = append(candidates, candidate)
			if module, _, ok := strings.Cut(candidate, ":"); ok && anyEnd && start+n == len(parts) {
				candidates = append(candidates, module)
			}
		}
	}
	best := Name(core, candidates)
	if best == "" {
		return Name(strings.ReplaceAll(text, "*", ""), names)
	}
	if anyStart {
		best = "**/" + best
	}
	if anyEnd {
		best += "/**"
	}
	return best
}
