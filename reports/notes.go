package reports

import (
	"fmt"
	"strings"
	"time"

	"bf16lab/experiments/results"
)

// notes collects the lines of notes.md: a dated debug note with the headings Status, Diagnostics, Key finding, What was tried,
// Next investigations and Commands run.
type notes struct{ strings.Builder }

func (n *notes) heading(format string, arguments ...any) {
	fmt.Fprintf(n, "\n## "+format+"\n", arguments...)
}

func (n *notes) item(format string, arguments ...any) {
	text := fmt.Sprintf(format, arguments...)
	n.WriteString("- " + strings.Join(strings.Fields(text), " ") + "\n")
}

func (n *notes) sentences(list []sentence) {
	for _, s := range list {
		n.item("%s", s.markdown())
	}
}

// markdown returns the sentence with names set as code. A name may hold anything; it stays on one line.
func (s sentence) markdown() string {
	var b strings.Builder
	for _, p := range s {
		if p.Kind == kindName {
			b.WriteString(codeSpan(p.Text))
		} else {
			b.WriteString(escapeMarkdown(p.Text))
		}
	}
	return b.String()
}

// codeSpan sets a text as code of Markdown, whatever quotes it holds.
func codeSpan(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if !strings.Contains(text, "`") {
		return "`" + text + "`"
	}
	fence := "``"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + " " + text + " " + fence
}

// escapeMarkdown keeps text from being read as markup.
func escapeMarkdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`).Replace(text)
}

// newNotes writes the debug note of a run. Its date is that of the run, so that the same results give the same note.
func newNotes(run *results.Run) []byte {
	findings := newFindings(run)
	n := new(notes)
	date := "without a date"
	if !run.Started.IsZero() {
		date = run.Started.UTC().Format(time.DateOnly)
	}
	fmt.Fprintf(n, "# Debug Notes %s: %s\n", date, escapeMarkdown(strings.Join(strings.Fields(run.Name), " ")))
	n.status(run, findings)
	n.diagnostics(run, findings)
	n.keyFinding(run, findings)
	n.tried(run)
	n.heading("Next investigations")
	for i, next := range nextSteps(run, findings) {
		fmt.Fprintf(n, "%d. %s\n", i+1, next)
	}
	n.heading("Commands run")
	for _, command := range commandsOf(run) {
		n.item("%s", codeSpan(command))
	}
	return []byte(n.String())
}

// status says what was compared and where each policy ends.
func (n *notes) status(run *results.Run, findings []finding) {
	n.heading("Status (%s)", kindOf(run))
	if lead := leadWords(run, findings); len(lead) > 0 {
		n.sentences(lead[:1])
	}
	n.sentences(moreWords(run, findings))
	v := newVerdicts(run)
	for p := range findings {
		if len(run.Taps) == 0 {
			break
		}
		s := append(say("%s: ", name(findings[p].Policy)), embeddingWords(&findings[p])...)
		if i := findTap(run.Taps, embeddings[0].tap); i >= 0 {
			m := &run.Taps[i].Metrics[p]
			s = append(s, say(" At the 1 bp embedding %s of the elements are within 1e-2, %s within 1e-1.", formatPercent(m.Within[0]), formatPercent(m.Within[2]))...)
		}
		if v != nil && findings[p].Policy != v.Rule.Baseline {
			s = append(s, say(" Verdicts: %s.", verdictText(v, p))...)
		}
		n.item("%s", s.markdown())
	}
}

// verdictText counts the verdicts on a policy: 3 worse, 600 within.
func verdictText(v *verdicts, policy int) string {
	var parts []string
	for w, count := range v.Counts[policy] {
		if count > 0 {
			parts = append(parts, formatCount(count)+" "+v.Words[w])
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// diagnostics says where errors start and grow, and what is not finite.
func (n *notes) diagnostics(run *results.Run, findings []finding) {
	n.heading("Diagnostics (seq_len=%s)", formatCount(run.Input.Length))
	for p := range findings {
		f := &findings[p]
		if len(run.Taps) == 0 || !hasLayers(run) {
			break
		}
		n.item("%s", startWords(run, f).markdown())
		if s := riseWords(f); s != nil {
			n.item("%s: %s", codeSpan(f.Policy), s.markdown())
		}
		if len(f.Sources) > 0 {
			n.item("%s: %s.", codeSpan(f.Policy), localWords(run, f).markdown())
		}
		if s := originWords(run, f.NonFinite); s != nil {
			n.item("%s: %s", codeSpan(f.Policy), s.markdown())
		}
	}
	if !isReplay(run) {
		rest := leadWords(run, findings)[1:]
		if len(rest) > 0 && causeWords(run, nil) != nil {
			rest = rest[:len(rest)-1] // the cause is the key finding
		}
		n.sentences(rest)
	}
	for _, words := range foldWords(run.NonFinite.Words) {
		text := words.Text
		if len(words.Parts) > 0 {
			text += ": " + words.Parts[0] + " (and " + formatCount(len(words.Parts)-1) + " more places)"
		}
		n.item("%s", escapeMarkdown(text))
	}
}

// keyFinding says what causes the error, as far as it is known.
func (n *notes) keyFinding(run *results.Run, findings []finding) {
	proved := newAblation(run) != nil || newSearch(run) != nil
	if proved {
		n.heading("Key finding (root cause)")
	} else {
		n.heading("Key finding")
	}
	var f *finding
	if len(run.Taps) > 0 && len(findings) > 0 {
		f = &findings[mainPolicy(run, findings)]
	}
	cause := causeWords(run, f)
	if cause != nil {
		n.item("%s", cause.markdown())
	}
	for _, e := range run.Explanations {
		text := escapeMarkdown(e.Text)
		if e.Policy != "" {
			text = codeSpan(e.Policy) + ": " + text
		}
		n.item("%s", text)
	}
	if cause == nil && len(run.Explanations) == 0 {
		n.item("None: this kind of experiment (%s) does not look for a cause.", kindOf(run))
	}
}
