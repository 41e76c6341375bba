package sequence

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// region selects part of a FASTA file.
type region struct {
	text       string // as the user wrote it
	name       string // of the record; "" is the first one
	ranged     bool   // false: the whole record
	start, end int    // zero-based, half-open
}

// parseRegion reads "", NAME, NAME:start-end or :start-end. What follows the last colon is a range only if it has the
// form digits-digits; otherwise the colon belongs to the name.
func parseRegion(text string) (region, error) {
	whole := region{text: text, name: text}
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return whole, nil
	}
	from, to, _ := strings.Cut(text[colon+1:], "-")
	if !isNumber(from) || !isNumber(to) {
		return whole, nil
	}
	start, errStart := strconv.Atoi(from)
	end, errEnd := strconv.Atoi(to)
	switch {
	case errStart != nil || errEnd != nil:
		return region{}, fmt.Errorf("region %.80q: the number is too large", text)
	case start >= end:
		return region{}, fmt.Errorf("region %.80q is empty: the start must be below the end", text)
	case end-start > MaxLength:
		return region{}, fmt.Errorf("region %.80q has %d bases; at most %d are allowed", text, end-start, MaxLength)
	}
	return region{text: text, name: text[:colon], ranged: true, start: start, end: end}, nil
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// in returns the region as it applies to a record with these names, and whether it does at all. A record that is itself
// called like the whole text ("chr1:100-200", as other tools name their excerpts) is taken whole.
func (r region) in(names []string) (region, bool) {
	if slices.Contains(names, r.text) {
		return region{text: r.text, name: r.text}, true
	}
	return r, r.name == "" || slices.Contains(names, r.name)
}

// namesOf returns what a record answers to: the first word of its header and, if that has NCBI's form tag|id|tag|id|,
// each id (gi|9626243|ref|NC_001416.1| answers to 9626243 and NC_001416.1 too).
func namesOf(header string) []string {
	word := header
	if end := strings.IndexAny(header, " \t\r"); end >= 0 {
		word = header[:end]
	}
	names := []string{word}
	fields := strings.Split(word, "|")
	for i := 1; i < len(fields); i += 2 {
		if fields[i] != "" {
			names = append(names, fields[i])
		}
	}
	return names
}
