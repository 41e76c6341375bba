package reports

import "bf16lab/experiments/metrics"

// measure is one figure of a comparison as the page shows it.
type measure struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Help   string `json:"help"`   // one line
	Causes string `json:"causes"` // what a bad value commonly means, one line
	Format string `json:"format"` // error, signed, share, count or value
	Draw   string `json:"draw"`   // how it is drawn by layer: log, or log-rest for 1 - value; empty if it is not drawn

	of func(*metrics.Metrics) float64
}

// measures lists all figures in the order of the page; the first is the headline.
var measures = []measure{
	{Key: "relative_l2", Label: "relative L2", Format: "error", Draw: "log",
		Help:   "Length of the difference divided by the length of the reference. 1e-2: the difference is 1 % as large as the signal.",
		Causes: "About 2e-3 is what a single rounding to bf16 costs; more has accumulated or was amplified.",
		of:     func(m *metrics.Metrics) float64 { return m.RelativeL2 }},
	{Key: "relative_linf", Label: "relative Linf", Format: "error", Draw: "log",
		Help:   "Largest difference divided by the largest magnitude of the reference.",
		Causes: "Far above the relative L2: a few elements are wrong, not all of them a little.",
		of:     func(m *metrics.Metrics) float64 { return m.RelativeLinf }},
	{Key: "mean_absolute", Label: "mean absolute error", Format: "error", Draw: "log",
		Help:   "Mean of |test − reference|, in the units of the tap.",
		Causes: "Grows with the size of the values; compare it with the largest magnitude.",
		of:     func(m *metrics.Metrics) float64 { return m.MeanAbsolute }},
	{Key: "max_absolute", Label: "max absolute error", Format: "error", Draw: "log",
		Help:   "Largest |test − reference|, in the units of the tap.",
		Causes: "One ulp of a large value is large: bf16 steps by 2 between 256 and 512.",
		of:     func(m *metrics.Metrics) float64 { return m.MaxAbsolute }},
	{Key: "bias", Label: "bias", Format: "signed", Draw: "log",
		Help:   "Mean of test − reference with its sign (drawn as magnitude).",
		Causes: "Close to the mean absolute error: something systematic, such as truncation or a rounded constant. Far below it: rounding noise.",
		of:     func(m *metrics.Metrics) float64 { return m.Bias }},
	{Key: "within_1e-2", Label: "within 1e-2", Format: "share",
		Help:   "Share of elements with |test − reference| ≤ t + t |reference|, t = 1e-2.",
		Causes: "One correct bf16 rounding stays inside; low shares mean accumulated error or a wrong operation.",
		of:     func(m *metrics.Metrics) float64 { return m.Within[0] }},
	{Key: "within_5e-2", Label: "within 5e-2", Format: "share",
		Help:   "The same with t = 5e-2.",
		Causes: "Low while the mean is small: many small values, whose error is set by their large neighbours.",
		of:     func(m *metrics.Metrics) float64 { return m.Within[1] }},
	{Key: "within_1e-1", Label: "within 1e-1", Format: "share",
		Help:   "The same with t = 1e-1.",
		Causes: "Below 100 %: look at the largest differences and where they sit.",
		of:     func(m *metrics.Metrics) float64 { return m.Within[2] }},
	{Key: "within_1e-3", Label: "within 1e-3", Format: "share",
		Help:   "The same with t = 1e-3.",
		Causes: "Tighter than bf16 itself: a correct rounding to bf16 often fails it. Between float32 runs it should be 100 %.",
		of:     func(m *metrics.Metrics) float64 { return m.WithinStrict[0] }},
	{Key: "within_1e-4", Label: "within 1e-4", Format: "share",
		Help:   "The same with t = 1e-4.",
		Causes: "As for 1e-3; float32 runs with other orders of accumulation may fall short.",
		of:     func(m *metrics.Metrics) float64 { return m.WithinStrict[1] }},
	{Key: "bit_identical", Label: "same bits", Format: "share", Draw: "log-rest",
		Help:   "Share of all elements with the same bits as the reference (drawn as the share that differs).",
		Causes: "Against a wider format 0 % is normal; between two bf16 policies it counts roundings that fell the other way.",
		of:     func(m *metrics.Metrics) float64 { return m.BitIdentical }},
	{Key: "max_ulp", Label: "max bf16 ulps", Format: "count", Draw: "log",
		Help:   "Largest distance in steps of bf16 after both sides are rounded to bf16.",
		Causes: "Huge values come from elements near zero or of the other sign; see the histogram.",
		of:     func(m *metrics.Metrics) float64 { return float64(m.MaxUlp) }},
	{Key: "one_minus_cosine", Label: "1 − cosine", Format: "error", Draw: "log",
		Help:   "One minus the cosine between both tensors; blind to scale. 1e-3 goes with a relative L2 of about 4.5e-2.",
		Causes: "Small while the relative L2 is large: the scale is off, not the direction.",
		of:     func(m *metrics.Metrics) float64 { return max(0, 1-m.Cosine) }},
	{Key: "one_minus_pearson", Label: "1 − Pearson", Format: "error", Draw: "log",
		Help:   "One minus the correlation; blind to scale and offset.",
		Causes: "Larger than 1 − cosine where a common offset hides the error.",
		of:     func(m *metrics.Metrics) float64 { return max(0, 1-m.Pearson) }},
	{Key: "test_mean", Label: "mean", Format: "value",
		Help: "Mean of the policy's values.", Causes: "Compare it with the reference.",
		of: func(m *metrics.Metrics) float64 { return m.Test.Mean }},
	{Key: "reference_mean", Label: "reference mean", Format: "value",
		Help: "Mean of the reference's values.", Causes: "Near zero it says little.",
		of: func(m *metrics.Metrics) float64 { return m.Reference.Mean }},
	{Key: "test_max", Label: "max magnitude", Format: "value",
		Help: "Largest finite magnitude under the policy.", Causes: "fp16 overflows above 65,504; fp8 E4M3 above 448.",
		of: func(m *metrics.Metrics) float64 { return m.Test.Max }},
	{Key: "reference_max", Label: "reference magnitude", Format: "value",
		Help: "Largest finite magnitude of the reference.", Causes: "Sets the scale of the absolute errors.",
		of: func(m *metrics.Metrics) float64 { return m.Reference.Max }},
	{Key: "non_finite", Label: "non-finite", Format: "count",
		Help: "Number of NaN and infinite elements under the policy.", Causes: "Padded tracks are NaN by design; see the section on non-finite values.",
		of: func(m *metrics.Metrics) float64 { return float64(m.Test.NaN + m.Test.PosInf + m.Test.NegInf) }},
	{Key: "compared", Label: "elements compared", Format: "count",
		Help: "Elements that are finite on both sides; all figures above but “same bits” and “non-finite” are taken over these.", Causes: "Less than the tensor's size where padded tracks are left out.",
		of: func(m *metrics.Metrics) float64 { return float64(m.Compared) }},
}
