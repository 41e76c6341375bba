package metrics

// Metrics compares one tap of a policy with the same tap of the reference.
//
// All sums are taken in float64 over elements at which both sides are finite; Elements counts all of them and Compared
// the finite pairs. Non-finite elements enter only the counts of Side and BitIdentical. The package comment says what
// each figure is when it has no natural value.
type Metrics struct {
	Elements int64 `json:"elements"` // size of the tensor
	Compared int64 `json:"compared"` // elements finite on both sides

	RelativeL2       float64 `json:"relative_l2"`        // |test - reference|2 / |reference|2
	RelativeLinf     float64 `json:"relative_linf"`      // max |test - reference| / max |reference|
	MeanAbsolute     float64 `json:"mean_absolute"`      // mean |test - reference|
	MaxAbsolute      float64 `json:"max_absolute"`       // max |test - reference|
	MaxAbsoluteIndex int64   `json:"max_absolute_index"` // flat index of the first such element, -1 if MaxAbsolute is 0
	Bias             float64 `json:"bias"`               // mean (test - reference), signed

	// Within holds the shares of elements with |test - reference| <= t + t |reference| for t in Tolerances.
	Within [3]float64 `json:"within"`

	// WithinStrict holds the same shares for t in StrictTolerances; the seed's levels 3 and 4 rest on them.
	WithinStrict [2]float64 `json:"within_strict"`

	BitIdentical float64 `json:"bit_identical"` // share of all elements with the same bits (NaN equals NaN)

	// UlpHistogram counts elements by distance in bf16 ulps after both sides are rounded to bf16; see UlpBins.
	UlpHistogram [UlpBinCount]int64 `json:"ulp_histogram"`
	MaxUlp       int64              `json:"max_ulp"` // largest distance in bf16 ulps

	Pearson float64 `json:"pearson"` // correlation coefficient, within [-1, 1]
	Cosine  float64 `json:"cosine"`  // cosine of the angle between the arrays, within [-1, 1]

	Reference Side `json:"reference"`
	Test      Side `json:"test"`
}

// Side describes one of the two arrays that are compared. Mean and L2 are over the finite pairs, the rest over all elements.
type Side struct {
	Mean    float64 `json:"mean"`
	Max     float64 `json:"max_absolute"` // largest finite magnitude
	L2      float64 `json:"l2"`           // root of the sum of squares
	NaN     int64   `json:"nan"`
	PosInf  int64   `json:"positive_infinity"`
	NegInf  int64   `json:"negative_infinity"`
	FirstAt int64   `json:"first_non_finite"` // flat index of the first non-finite element, -1 if there is none
}

// Tolerances are the atol = rtol values of the seed's closeness rule, in the order of Metrics.Within.
var Tolerances = [3]float64{1e-2, 5e-2, 1e-1}

// StrictTolerances are the atol = rtol values of the seed's levels 3 and 4, in the order of Metrics.WithinStrict.
var StrictTolerances = [2]float64{1e-3, 1e-4}

// UlpBinCount is the number of bins of Metrics.UlpHistogram.
const UlpBinCount = 12

// UlpBins holds the smallest distance of each bin: 0, 1, 2, 3-4, 5-8, ... and the last bin takes everything from 513 up.
var UlpBins = [UlpBinCount]int64{0, 1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513}
