package reports

import "bf16lab/experiments/results"

// band is a run of neighbouring taps that belong to the same part of the model.
type band struct {
	Part string `json:"part"`
	From int    `json:"from"` // first tap
	To   int    `json:"to"`   // one past the last tap
}

// bandsOf cuts the taps, in execution order, into bands. Tower and pair alternate, so a part may have several.
func bandsOf(taps []results.Tap) []band {
	bands := []band{}
	for i := range taps {
		if n := len(bands); n > 0 && bands[n-1].Part == taps[i].Part {
			bands[n-1].To = i + 1
			continue
		}
		bands = append(bands, band{Part: taps[i].Part, From: i, To: i + 1})
	}
	return bands
}

// partLabel is the name of a part as it stands in pictures and tables.
func partLabel(part string) string {
	switch part {
	case "head":
		return "heads"
	case "output":
		return "outputs"
	case "":
		return "other"
	}
	return part
}

// isTrunk reports whether a part lies between the sequence and the embeddings; heads and outputs only read those.
func isTrunk(part string) bool {
	return part != "head" && part != "output"
}
