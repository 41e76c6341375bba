package reports

import (
	"strings"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// accidents is what the report shows of a hunt for non-finite values: where equations make them, and near misses.
type accidents struct {
	Policies []string      `json:"policies"`
	Limits   []number      `json:"limits"` // by policy: largest finite number of the compute format
	Words    []foldedWords `json:"words"`
	Created  []creationRow `json:"created"`
	Near     []nearMissRow `json:"near"`
	Largest  []largestRow  `json:"largest"` // by policy
	Ranges   []rangeRow    `json:"ranges"`
}

// largestRow is the largest finite result under a policy; Equation is -1 where all results are zero.
type largestRow struct {
	Value     number `json:"value"`
	Equation  int    `json:"equation"`
	Primitive string `json:"primitive"`
	Module    string `json:"module"`
	Function  string `json:"function"`
}

// rangeRow is the range of the arguments of a primitive that is not defined everywhere, or overflows, under a policy.
type rangeRow struct {
	Policy    int    `json:"policy"`
	Primitive string `json:"primitive"`
	Low       number `json:"low"`
	High      number `json:"high"`
	Count     int64  `json:"count"`
}

// creationRow is an equation that makes a non-finite value of finite operands under a policy.
type creationRow struct {
	Policy    int      `json:"policy"`
	Equation  int      `json:"equation"`
	Primitive string   `json:"primitive"`
	Module    string   `json:"module"`
	Function  string   `json:"function"`
	Tap       string   `json:"tap"`
	Count     int64    `json:"count"`
	Index     int64    `json:"index"`
	Value     number   `json:"value"`
	Operands  []number `json:"operands"`
	ByDesign  bool     `json:"by_design"`
}

// nearMissRow is a place where values come close to an accident under a policy.
type nearMissRow struct {
	Policy    int    `json:"policy"`
	Kind      string `json:"kind"`
	Equation  int    `json:"equation"`
	Primitive string `json:"primitive"`
	Module    string `json:"module"`
	Function  string `json:"function"`
	Count     int64  `json:"count"`
	Worst     number `json:"worst"`
	Index     int64  `json:"index"`
}

// newAccidents collects what is shown; nil for a run that did not look.
func newAccidents(run *results.Run) *accidents {
	from := &run.NonFinite
	if len(from.Policies) == 0 && len(from.Words) == 0 {
		return nil
	}
	a := &accidents{Policies: []string{}, Limits: []number{}, Words: foldWords(from.Words), Created: []creationRow{}, Near: []nearMissRow{},
		Largest: []largestRow{}, Ranges: []rangeRow{}}
	for i := range from.Policies {
		p := &from.Policies[i]
		a.Policies = append(a.Policies, p.Policy)
		a.Limits = append(a.Limits, number(p.Limit))
		l := p.Largest
		a.Largest = append(a.Largest, largestRow{number(l.Value), l.Equation, l.Primitive, l.Module, l.Function})
		for _, r := range p.Arguments {
			a.Ranges = append(a.Ranges, rangeRow{i, r.Primitive, number(r.Low), number(r.High), r.Count})
		}
		for _, c := range p.Created {
			a.Created = append(a.Created, creationRow{i, c.Equation, c.Primitive, c.Module, c.Function, c.Tap, c.Count, c.Index,
				number(c.Value), numberList(c.Operands), c.ByDesign})
		}
		for _, m := range p.Near {
			a.Near = append(a.Near, nearMissRow{i, m.Kind, m.Equation, m.Primitive, m.Module, m.Function, m.Count, number(m.Worst), m.Index})
		}
	}
	return a
}

// numberList writes numbers of results for the page.
func numberList(from []metrics.Number) []number {
	list := make([]number, len(from))
	for i, v := range from {
		list[i] = number(v)
	}
	return list
}

// foldedWords are sentences that begin alike: what they have in common, and how each goes on. A single sentence has no parts.
type foldedWords struct {
	Text  string   `json:"text"`
	Parts []string `json:"parts"`
}

// foldFrom is the number of neighbouring sentences with the same words before a colon from which on they are folded.
const foldFrom = 3

// foldWords folds neighbouring sentences that are the same up to their first colon.
func foldWords(words []string) []foldedWords {
	folded := []foldedWords{}
	for i := 0; i < len(words); {
		head, _, _ := strings.Cut(words[i], ": ")
		end := i + 1
		for end < len(words) && strings.HasPrefix(words[end], head+": ") {
			end++
		}
		if end-i < foldFrom {
			folded = append(folded, foldedWords{Text: words[i], Parts: []string{}})
			i++
			continue
		}
		group := foldedWords{Text: head}
		for _, text := range words[i:end] {
			group.Parts = append(group.Parts, strings.TrimPrefix(text, head+": "))
		}
		folded = append(folded, group)
		i = end
	}
	return folded
}
