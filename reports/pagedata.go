package reports

import (
	"encoding/json"
	"fmt"
	"math"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// pageData is what the page's scripts get, as JSON. Arrays run over taps in execution order.
type pageData struct {
	Reference string                `json:"reference"`
	Policies  []string              `json:"policies"`
	Measures  []measure             `json:"measures"`
	Terms     map[string]term       `json:"terms"`
	Threshold number                `json:"threshold"`
	Dashes    [][]float64           `json:"dashes"` // by style: strokes and gaps of the line
	Bands     []band                `json:"bands"`  // with the parts' names as they are shown
	Names     []string              `json:"names"`
	Shapes    []string              `json:"shapes"`
	DTypes    []string              `json:"dtypes"`
	Parts     []string              `json:"parts"`
	Blocks    []string              `json:"blocks"`
	Values    map[string][][]number `json:"values"` // by measure, policy, tap
	UlpBins   []string              `json:"ulp_bins"`
	Ulps      [][][]int64           `json:"ulps"`    // by policy, tap, bin
	Worst     [][]string            `json:"worst"`   // by policy, tap: where the largest difference is
	Created   [][]int               `json:"created"` // by policy: taps that create non-finite values
	Outputs   []int                 `json:"outputs"`
	Junctions junctions             `json:"junctions"`
	NonFinite []nonFiniteView       `json:"non_finite"`
	Local     *localData            `json:"local"`    // null: the run has no local errors
	Scatter   []scatterViews        `json:"scatter"`  // by tap; null where there is none
	Edge      int                   `json:"edge"`     // exponent of the lower edge of scatter bin 0
	Verdicts  *verdicts             `json:"verdicts"` // null: none
	Ablation  *ablation             `json:"ablation"`
	Search    *search               `json:"search"`
	Accidents *accidents            `json:"accidents"`
	Sweep     *sweep                `json:"sweep"`
}

// localData is the local error of every tap in the measures that are drawn, and its gain.
type localData struct {
	Unit   string                `json:"unit"`   // module or primitive
	Values map[string][][]number `json:"values"` // by measure, policy, tap; null where there is none
	Gain   [][]number            `json:"gain"`   // by policy, tap
}

// nonFiniteView is a row of the section on non-finite values with its places written as coordinates.
type nonFiniteView struct {
	nonFiniteRow
	TestAt string `json:"test_at"`
	RefAt  string `json:"reference_at"`
}

// newPageData collects the data of the page's scripts.
func newPageData(run *results.Run) pageData {
	d := pageData{
		Reference: run.Reference.Name,
		Measures:  measures,
		Terms:     terms,
		Threshold: threshold,
		Bands:     bandsOf(run.Taps),
		Policies:  []string{},
		Names:     []string{},
		Shapes:    []string{},
		DTypes:    []string{},
		Parts:     []string{},
		Blocks:    []string{},
		Values:    map[string][][]number{},
		Ulps:      [][][]int64{},
		Worst:     [][]string{},
		Created:   [][]int{},
		UlpBins:   ulpBinLabels(),
		Outputs:   outputsOf(run.Taps),
		Junctions: newJunctions(run),
		NonFinite: []nonFiniteView{},
		Scatter:   []scatterViews{},
		Edge:      scatterEdge,
		Local:     newLocalData(run),
		Verdicts:  newVerdicts(run),
		Ablation:  newAblation(run),
		Search:    newSearch(run),
		Accidents: newAccidents(run),
		Sweep:     newSweep(run),
	}
	for i := range d.Bands {
		d.Bands[i].Part = partLabel(d.Bands[i].Part)
	}
	for _, style := range lineStyles {
		d.Dashes = append(d.Dashes, append([]float64{}, style.Dash...))
	}
	for m := range measures {
		d.Values[measures[m].Key] = [][]number{}
	}
	for i := range run.Taps {
		tap := &run.Taps[i]
		d.Names = append(d.Names, tap.Name)
		d.Shapes = append(d.Shapes, formatShape(tap.Shape))
		d.DTypes = append(d.DTypes, tap.DType)
		d.Parts = append(d.Parts, partLabel(tap.Part))
		d.Blocks = append(d.Blocks, blockLabel(tap.Part, tap.Block))
		d.Scatter = append(d.Scatter, newScatterViews(tap))
	}
	for p := range run.Policies {
		d.addPolicy(run, p)
	}
	for _, row := range newNonFinite(run) {
		shape := run.Taps[row.Tap].Shape
		d.NonFinite = append(d.NonFinite, nonFiniteView{row, placeOf(row.Test.First, shape), placeOf(row.Ref.First, shape)})
	}
	return d
}

// newLocalData collects the local errors; nil for a run without any.
func newLocalData(run *results.Run) *localData {
	if !hasLocal(run) {
		return nil
	}
	l := &localData{Unit: localUnit(run), Values: map[string][][]number{}, Gain: [][]number{}}
	for p := range run.Policies {
		l.Gain = append(l.Gain, byTap(run, p, gainOf))
		for _, m := range measures {
			if m.Draw == "" {
				continue
			}
			l.Values[m.Key] = append(l.Values[m.Key], byTap(run, p, func(tap *results.Tap, p int) float64 {
				if len(tap.Local) == 0 {
					return math.NaN()
				}
				return m.of(&tap.Local[p].Metrics)
			}))
		}
	}
	return l
}

// addPolicy appends the arrays of one policy.
func (d *pageData) addPolicy(run *results.Run, policy int) {
	d.Policies = append(d.Policies, run.Policies[policy].Name)
	for m := range measures {
		values := make([]number, len(run.Taps))
		for i := range run.Taps {
			values[i] = number(measures[m].of(&run.Taps[i].Metrics[policy]))
		}
		d.Values[measures[m].Key] = append(d.Values[measures[m].Key], values)
	}
	ulps := make([][]int64, len(run.Taps))
	worst := make([]string, len(run.Taps))
	created := []int{}
	for i := range run.Taps {
		m := &run.Taps[i].Metrics[policy]
		ulps[i] = append([]int64(nil), m.UlpHistogram[:]...)
		worst[i] = worstPlace(m, run.Taps[i].Shape)
		if run.Taps[i].Origin[policy] == results.OriginCreated {
			created = append(created, i)
		}
	}
	d.Ulps = append(d.Ulps, ulps)
	d.Worst = append(d.Worst, worst)
	d.Created = append(d.Created, created)
}

// worstPlace is the place of the largest difference, empty if there is no difference.
func worstPlace(m *metrics.Metrics, shape []int) string {
	if !(m.MaxAbsolute > 0) {
		return ""
	}
	return formatIndex(m.MaxAbsoluteIndex, shape)
}

// placeOf writes the place of the first non-finite value, empty if there is none.
func placeOf(index int64, shape []int) string {
	if index < 0 {
		return ""
	}
	return formatIndex(index, shape)
}

// encode writes the data as JSON that can stand inside a script element: encoding/json escapes <, > and &, so that no
// name can end the element.
func (d pageData) encode() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("encode data: %w", err)
	}
	return b, nil
}
