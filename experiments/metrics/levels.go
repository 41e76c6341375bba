package metrics

import "fmt"

// Level is a step of the seed's ladder of closeness.
type Level struct {
	Number    int
	Name      string
	Tolerance float64 // atol = rtol of the closeness rule; 0 asks for finite values only
	Share     float64 // of the elements that must be within
}

// Levels is the seed's ladder (LEVEL_CONFIGS), lowest first. The seed itself tested levels 1 and 2 only.
var Levels = []Level{
	{Number: 1, Name: "SANITY"},
	{Number: 2, Name: "LOOSE", Tolerance: 1e-2, Share: 0.99},
	{Number: 3, Name: "MEDIUM", Tolerance: 1e-3, Share: 0.95},
	{Number: 4, Name: "STRICT", Tolerance: 1e-4, Share: 0.90},
}

// Met reports whether m meets the level by itself, whatever it makes of the others. All levels ask for finite values on
// both sides; that the shapes agree is a condition for having Metrics at all.
func (l Level) Met(m Metrics) bool {
	if m.Compared != m.Elements {
		return false
	}
	return l.Tolerance == 0 || m.share(l.Tolerance) >= l.Share
}

// Level returns the number of the highest level that m meets together with all levels below it, 0 if it has values that
// are not finite.
func (m Metrics) Level() int {
	reached := 0
	for _, level := range Levels {
		if !level.Met(m) {
			break
		}
		reached = level.Number
	}
	return reached
}

// share returns the share within one of Tolerances or StrictTolerances.
func (m Metrics) share(tolerance float64) float64 {
	for i, t := range Tolerances {
		if t == tolerance {
			return m.Within[i]
		}
	}
	for i, t := range StrictTolerances {
		if t == tolerance {
			return m.WithinStrict[i]
		}
	}
	panic(fmt.Sprintf("metrics: no share is counted for tolerance %g", tolerance))
}

// Limits are the seed's limits for one output (THRESHOLDS), stated there for a sequence of 16,384.
type Limits struct {
	Output          string
	MaxAbsolute     float64
	MeanAbsolute    float64
	Correlation     float64 // least Pearson correlation
	OutlierFraction float64 // as the seed ended
	OutlierBefore   float64 // as the seed began
}

// Thresholds holds the limits of the three embeddings.
var Thresholds = []Limits{
	{"embeds_1bp", 5e-2, 5e-3, 0.9999, 0.02, 0.001},
	{"embeds_128bp", 5e-2, 5e-3, 0.9999, 0.02, 0.001},
	{"embeds_pair", 1e-1, 1e-2, 0.999, 0.02, 0.005},
}

// Exceeded lists the limits that m or the outlier fraction (see OutlierFraction) breaks, in words, in the order of the
// fields. A figure that is NaN breaks its limit.
func (l Limits) Exceeded(m Metrics, outlierFraction float64) []string {
	var broken []string
	most := func(name string, value, limit float64) {
		if !(value <= limit) {
			broken = append(broken, fmt.Sprintf("%s %.3g > %g", name, value, limit))
		}
	}
	most("largest absolute error", m.MaxAbsolute, l.MaxAbsolute)
	most("mean absolute error", m.MeanAbsolute, l.MeanAbsolute)
	if !(m.Pearson >= l.Correlation) {
		broken = append(broken, fmt.Sprintf("correlation %.6g < %g", m.Pearson, l.Correlation))
	}
	most("outlier fraction", outlierFraction, l.OutlierFraction)
	return broken
}
