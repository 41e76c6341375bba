package reports

import (
	"bytes"
	"encoding/json"

	"bf16lab/experiments/results"
)

// plottedData is data.json: everything that is drawn or listed in the report.
type plottedData struct {
	Page     pageData           `json:"page"`     // what the page shows
	Pictures map[string]drawing `json:"pictures"` // what the files of plots/ show, by their name
	Findings []finding          `json:"findings"` // what the words say
}

// encodePlotted writes data.json, with all digits that the page has.
func encodePlotted(run *results.Run) ([]byte, error) {
	data := plottedData{Page: newPageData(run), Pictures: map[string]drawing{}, Findings: newFindings(run)}
	for _, p := range pictures {
		if d := p.make(run); d != nil {
			data.Pictures[p.name] = d
		}
	}
	b, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return append(bytes.TrimSpace(b), '\n'), nil
}
