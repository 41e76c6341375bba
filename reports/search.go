package reports

import "bf16lab/experiments/results"

// search is what the report shows of a search.
type search struct {
	Policy    string       `json:"policy"`
	Reference string       `json:"reference"`
	Output    string       `json:"output"`
	Bound     number       `json:"bound"`
	Base      number       `json:"base"`
	Found     bool         `json:"found"`
	Groups    []string     `json:"groups"`
	Sites     []string     `json:"sites"`
	Reached   number       `json:"reached"`
	Cost      number       `json:"cost"`
	Runs      int          `json:"runs"`
	Steps     []searchStep `json:"steps"`
	Frontier  []searchCost `json:"frontier"`
}

// searchStep is one set that was tried.
type searchStep struct {
	Restored []string `json:"restored"`
	Reached  number   `json:"reached"`
	Passed   bool     `json:"passed"`
}

// searchCost is a point of the frontier.
type searchCost struct {
	Groups   []string `json:"groups"`
	Cost     number   `json:"cost"`
	Residual number   `json:"residual"`
}

// newSearch collects what is shown of a search; nil for a run without one.
func newSearch(run *results.Run) *search {
	from := &run.Search
	if from.Output == "" {
		return nil
	}
	s := &search{Policy: from.Policy, Reference: from.Reference, Output: from.Output, Bound: number(from.Bound),
		Base: number(from.Base), Found: from.Found, Groups: from.Groups, Sites: from.Sites, Reached: number(from.Reached),
		Cost: number(from.Cost), Runs: len(from.Runs), Steps: []searchStep{}, Frontier: []searchCost{}}
	for _, step := range from.Steps {
		s.Steps = append(s.Steps, searchStep{step.Restored, number(step.Reached), step.Passed})
	}
	for _, point := range from.Frontier {
		s.Frontier = append(s.Frontier, searchCost{point.Groups, number(point.Cost), number(point.Residual)})
	}
	return s
}
