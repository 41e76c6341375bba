// Package nearest finds the valid name that a mistyped one most likely meant.
package nearest

// Name returns the candidate with the smallest edit distance to name, the first of equals; empty if there is none.
func Name(name string, candidates []string) string {
	best, bestDistance := "", -1
	for _, c := range candidates {
		if d := Distance(name, c); bestDistance < 0 || d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// Distance is the number of insertions, deletions and replacements of bytes that turn a into b (Levenshtein).
//
// A name longer than 256 bytes is compared by its beginning, so that a hostile one costs no time.
func Distance(a, b string) int {
	const longest = 256
	a, b = a[:min(len(a), longest)], b[:min(len(b), longest)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
