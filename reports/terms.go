package reports

// term is a figure that is not a measure of a comparison: what it is, and what a bad value commonly means.
type term struct {
	Label  string `json:"label"`
	Help   string `json:"help"`
	Causes string `json:"causes"`
	Format string `json:"format"` // as of a measure; percent: a share that may leave 0 to 1; factor: a ratio
	Draw   string `json:"draw"`
}

// terms lists them by the key that the page's scripts use.
var terms = map[string]term{
	"local": {Label: "local relative L2", Format: "error", Draw: "log",
		Help:   "Relative L2 that one module (or primitive) makes by itself: it runs under the policy on the reference’s inputs.",
		Causes: "Above 2e-3: more than one rounding to bf16 inside, or a step that amplifies, such as a difference of nearly equal numbers."},
	"gain": {Label: "gain", Format: "factor", Draw: "log",
		Help:   "Accumulated error that leaves a module divided by the largest accumulated error that enters it.",
		Causes: "Above 1: the module amplifies what comes in, or adds error of its own (compare the local error). Below 1: normalisation, averaging or a residual sum dampens it."},
	"verdict_r": {Label: "R", Format: "factor",
		Help:   "Error of the policy divided by the error of the baseline, both against the reference.",
		Causes: "Near 1: what low precision itself costs. Far above: more roundings than the baseline, or a wrong operation. Far below: the policy is more precise than the baseline."},
	"verdict_floor": {Label: "floor", Format: "factor",
		Help:   "R of the baseline with its sums in another order.",
		Causes: "An R that differs from 1 by no more than the floor does is noise of the order of accumulation."},
	"rescue": {Label: "rescue share", Format: "percent",
		Help:   "1 − e²/b²: the part of the squared error that goes away when one group is restored to the reference.",
		Causes: "Large: this group makes the error. Negative: its error cancelled that of another group."},
	"injure": {Label: "injure share", Format: "percent",
		Help:   "e²/b²: the part of the squared error that one group makes when it alone has the policy’s precision.",
		Causes: "Far below the rescue: the group does harm only together with others."},
	"interaction": {Label: "interaction", Format: "percent",
		Help:   "Share of all groups together less the sum of their shares.",
		Causes: "Far from 0: groups amplify each other (positive sums fall short) or overlap."},
	"cost": {Label: "cost", Format: "percent",
		Help:   "Share of the model’s work that is kept in the reference’s precision.",
		Causes: "High: the set holds matrix products or convolutions."},
	"bits_lost": {Label: "bits lost", Format: "count",
		Help:   "Leading bits that two nearly equal numbers have in common and that their difference loses.",
		Causes: "bf16 has 8 bits: a loss of 7 leaves one; means and variances computed as differences are the usual place."},
}

// termOrder is the order of the terms in the list of figures.
var termOrder = []string{"local", "gain", "verdict_r", "verdict_floor", "rescue", "injure", "interaction", "cost", "bits_lost"}

// listedTerms are the terms in their order.
func listedTerms() []term {
	list := make([]term, len(termOrder))
	for i, key := range termOrder {
		list[i] = terms[key]
	}
	return list
}
