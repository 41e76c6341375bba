package reports

import (
	"math"
	"strconv"
	"strings"

	"bf16lab/experiments/results"
)

// sentence is text whose names and figures are marked, so that each form of report can set them apart.
type sentence []piece

// piece is a stretch of a sentence.
type piece struct {
	Text string    `json:"text"`
	Kind pieceKind `json:"kind,omitempty"`
	Tap  int       `json:"tap,omitempty"` // of a tap's name: its index plus one
}

// pieceKind says what a piece is besides text.
type pieceKind string

const (
	kindName   pieceKind = "name"   // of a tap, a block or a policy
	kindFigure pieceKind = "figure" // must not break
)

func name(s string) piece { return piece{Text: s, Kind: kindName} }

// tapName is the name of a tap that can be looked up.
func tapName(run *results.Run, tap int) piece {
	return piece{Text: run.Taps[tap].Name, Kind: kindName, Tap: tap + 1}
}

// errorFigure is an error with two digits, as words have it.
func errorFigure[T number | float64](v T) piece {
	return piece{Text: formatError(float64(v), 2), Kind: kindFigure}
}

// say fills each %s of the format with the next argument, a string or a piece.
func say(format string, arguments ...any) sentence {
	var s sentence
	texts := strings.Split(format, "%s")
	for i, text := range texts {
		if text != "" {
			s = append(s, piece{Text: text})
		}
		if i == len(texts)-1 {
			break
		}
		switch a := arguments[i].(type) {
		case string:
			s = append(s, piece{Text: a})
		case piece:
			s = append(s, a)
		default:
			panic("reports: say takes strings and pieces")
		}
	}
	return s
}

// String returns the sentence as plain text.
func (s sentence) String() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.Text)
	}
	return b.String()
}

// moreWords says what does not fit into the three sentences at the top: which policies are closest and farthest, and
// whether anything became non-finite; before them, that the figures are those of samples.
func moreWords(run *results.Run, findings []finding) []sentence {
	if len(run.Policies) == 0 || len(run.Taps) == 0 || !hasLayers(run) {
		return nil
	}
	var words []sentence
	if run.Samples > 0 {
		words = append(words, say("Sampled: of every tensor at most %s scattered elements were compared, so figures of larger ones are estimates.", formatCount(run.Samples)))
	}
	if s := distanceWords(run, findings); s != nil {
		words = append(words, s)
	}
	return append(words, nonFiniteWords(run, findings)...)
}

// distanceWords names the closest and the farthest policy at the 1 bp embedding.
func distanceWords(run *results.Run, findings []finding) sentence {
	closest, farthest := -1, -1
	at := func(p int) float64 { return float64(*findings[p].Embeddings[0]) }
	for p := range findings {
		if findings[p].Embeddings[0] == nil || math.IsNaN(at(p)) {
			return nil
		}
		if closest < 0 || at(p) < at(closest) {
			closest = p
		}
		if farthest < 0 || at(p) > at(farthest) {
			farthest = p
		}
	}
	far := name(findings[farthest].Policy)
	if at(closest) == at(farthest) {
		return nil // the opening has said it
	}
	return say("At the 1 bp embedding %s stays closest to the reference (relative L2 %s) and %s ends farthest from it (%s): %s.",
		name(findings[closest].Policy), formatError(at(closest), 2), far, errorFigure(at(farthest)), gloss(at(farthest)))
}

// gloss says in everyday terms what a relative L2 means.
func gloss(v float64) string {
	switch {
	case math.IsInf(v, 0):
		return "the reference is zero there"
	case v >= 1e-3:
		return "the difference is " + strconv.FormatFloat(100*v, 'g', 2, 64) + " % as large as the signal"
	}
	times, _ := strconv.ParseFloat(strconv.FormatFloat(1/v, 'g', 2, 64), 64)
	if times >= 1<<53 {
		return "the difference is " + formatError(times, 2) + " times smaller than the signal"
	}
	return "the difference is " + formatCount(int64(times)) + " times smaller than the signal"
}

// nonFiniteWords says who creates non-finite values, and that those of the reference are no finding.
func nonFiniteWords(run *results.Run, findings []finding) []sentence {
	var words []sentence
	reference := 0
	for p := range findings {
		n := findings[p].NonFinite
		reference = max(reference, n.Reference)
		if n.Created > 0 {
			words = append(words, say("%s creates NaN or infinite values, first at %s.",
				name(findings[p].Policy), tapName(run, n.First)))
		}
	}
	if len(words) == 0 {
		words = append(words, say("No policy creates a NaN or an infinity."))
	}
	if reference > 0 {
		words = append(words, say("The non-finite values at %s are in the reference at the same places.", plural(reference, "tap")))
	}
	return words
}

// policyWords says where one policy ends, where its error first passes the threshold, and which blocks add most.
func policyWords(run *results.Run, f *finding) []sentence {
	if len(run.Taps) == 0 {
		return nil
	}
	if f.Exact == len(run.Taps) {
		return []sentence{say("Every tap equals the reference bit for bit.")}
	}
	words := []sentence{embeddingWords(f), thresholdWords(run, f)}
	if s := riseWords(f); s != nil {
		words = append(words, s)
	}
	if s := originWords(run, f.NonFinite); s != nil {
		words = append(words, s)
	}
	return words
}

// originWords says where one policy's non-finite values come from, nothing if it has none of its own.
func originWords(run *results.Run, n nonFiniteCount) sentence {
	var s sentence
	switch n.Created {
	case 0:
		if n.Inherited == 0 {
			return nil
		}
		return say("Non-finite values come in with the inputs of %s.", plural(n.Inherited, "tap"))
	case 1:
		s = say("It creates non-finite values at %s", tapName(run, n.First))
	default:
		s = say("It creates non-finite values at %s taps, first at %s", formatCount(n.Created), tapName(run, n.First))
	}
	switch n.Inherited {
	case 0:
	case 1:
		s = append(s, say(", and 1 tap inherits them")...)
	default:
		s = append(s, say(", and %s taps inherit them", formatCount(n.Inherited))...)
	}
	return append(s, piece{Text: "."})
}

func embeddingWords(f *finding) sentence {
	var known []int
	for e := range embeddings {
		if f.Embeddings[e] != nil {
			known = append(known, e)
		}
	}
	if len(known) == 0 {
		return say("The embeddings were not recorded.")
	}
	s := say("Relative L2 is ")
	for i, e := range known {
		join := ""
		switch {
		case i > 0 && i == len(known)-1:
			join = " and "
		case i > 0:
			join = ", "
		}
		s = append(s, say(join+"%s at the "+embeddings[e].label, errorFigure(*f.Embeddings[e]))...)
	}
	return append(s, piece{Text: " embedding."})
}

func thresholdWords(run *results.Run, f *finding) sentence {
	limit := piece{Text: formatError(threshold, 1), Kind: kindFigure}
	tap := f.FirstOver
	if tap < 0 {
		return say("It never passes %s; its largest relative L2 is %s, at %s.", limit,
			errorFigure(run.Taps[f.Worst].Metrics[f.Index].RelativeL2), tapName(run, f.Worst))
	}
	return say("It first passes %s at %s (tap %s of %s, %s).", limit, tapName(run, tap),
		formatCount(tap+1), formatCount(len(run.Taps)), partLabel(run.Taps[tap].Part))
}

func riseWords(f *finding) sentence {
	var s sentence
	for i, r := range f.Rises {
		join := "Its error rises most across %s (from %s to %s)"
		switch {
		case i == 1:
			join = ", then %s (%s to %s)"
		case i > 1:
			join = " and %s (%s to %s)"
		}
		s = append(s, say(join, name(r.Block), errorFigure(r.From), errorFigure(r.To))...)
	}
	if s == nil {
		return nil
	}
	return append(s, piece{Text: "."})
}

// countWord writes a small count as a capitalised word, as it opens a sentence.
func countWord(n int) string {
	words := []string{"No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"}
	if n < len(words) {
		return words[n]
	}
	return formatCount(n)
}

// plural writes a count with its noun: 1 tap, 12 taps.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return formatCount(n) + " " + noun + "s"
}
