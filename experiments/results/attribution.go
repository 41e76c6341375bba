package results

import "bf16lab/experiments/metrics"

// The kinds of experiment, in Run.Kind. A file of before there were kinds has none and is a replay.
const (
	KindReplay    = "replay"
	KindVerdict   = "verdict" // a replay whose point is the verdicts
	KindAblation  = "ablation"
	KindSearch    = "search"
	KindNonFinite = "nonfinite"
	KindSweep     = "sweep"
)

// The two directions of an ablation.
const (
	Rescue = "rescue" // the policy with one group of sites restored to the reference
	Injure = "injure" // the reference with one group of sites in the policy's precision
)

// Ablation says which groups of sites explain the error of a policy: every group is restored in the policy (rescue), or
// alone given the policy's precision (injure), and the outputs are compared with the reference.
//
// The share of a group is the part of the squared error that it explains at an output: for a rescue 1 - e^2/b^2 with e the
// relative L2 after and b before the rescue; for an injure e^2/b^2 with e the relative L2 of the injured reference and b that
// of the whole policy. Shares that add up to 1 over disjoint groups mean that the groups do not interact.
type Ablation struct {
	Policy    string                `json:"policy"`
	Reference string                `json:"reference"`
	By        string                `json:"by"` // function, module, block, or globs
	Groups    []AblationGroup       `json:"groups"`
	Outputs   []string              `json:"outputs"` // taps at which the error is measured
	Runs      []AblationRun         `json:"runs"`    // one for each pair of weights and input
	Rows      []AblationRow         `json:"rows"`
	Shares    []AblationShare       `json:"shares"`
	Sums      []AblationInteraction `json:"sums"`
	Plan      ReplayPlan            `json:"plan"`
}

// AblationGroup is a group of sites.
type AblationGroup struct {
	Name        string `json:"name"`
	Description string `json:"description"` // one sentence
	Equations   int    `json:"equations"`   // that carry its sites
}

// AblationRun is one pair of weights and input.
type AblationRun struct {
	Seed  uint64 `json:"seed"`  // of the synthetic weights
	Input string `json:"input"` // its source
}

// AblationRow is the error at one output with one group rescued or injured; a line of ablation.csv.
type AblationRow struct {
	Group      string         `json:"group"`
	Direction  string         `json:"direction"` // rescue or injure
	Output     string         `json:"output"`
	Run        int            `json:"run"` // index into Ablation.Runs
	RelativeL2 metrics.Number `json:"rel_l2"`
	Base       metrics.Number `json:"rel_l2_base"` // of the policy with nothing restored
	Share      metrics.Number `json:"share"`
}

// AblationShare is the share of a group at an output over all runs.
type AblationShare struct {
	Group     string         `json:"group"`
	Direction string         `json:"direction"`
	Output    string         `json:"output"`
	Mean      metrics.Number `json:"mean"`
	Low       metrics.Number `json:"low"` // 95 % interval of the mean; equal to Mean for a single run
	High      metrics.Number `json:"high"`
	// RelativeL2 and Base are means over the runs.
	RelativeL2 metrics.Number `json:"rel_l2"`
	Base       metrics.Number `json:"rel_l2_base"`
}

// AblationInteraction tells whether the shares of disjoint groups add up at an output.
type AblationInteraction struct {
	Direction  string         `json:"direction"`
	Output     string         `json:"output"`
	Sum        metrics.Number `json:"sum"`         // of the mean shares
	All        metrics.Number `json:"all"`         // share of all groups together
	Difference metrics.Number `json:"interaction"` // All - Sum
}

// ReplayPlan is what an experiment of many replays was expected to cost.
type ReplayPlan struct {
	Replays int     `json:"replays"`
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes"`
}

// Search is the result of a search for the smallest set of groups that brings the error under a bound when it is restored
// to the reference.
type Search struct {
	Policy    string         `json:"policy"`
	Reference string         `json:"reference"`
	Output    string         `json:"output"`
	Bound     metrics.Number `json:"bound"` // relative L2 that the worst run has to be under
	Base      metrics.Number `json:"rel_l2_base"`
	Found     bool           `json:"found"`
	Groups    []string       `json:"groups"` // the smallest set of groups
	Sites     []string       `json:"sites"`  // the smallest set of sites inside of these
	Reached   metrics.Number `json:"rel_l2"` // with the sites restored
	Cost      metrics.Number `json:"cost"`   // share of the model's work that the sites are
	Runs      []AblationRun  `json:"runs"`
	Steps     []SearchStep   `json:"steps"`    // in the order in which they were tried
	Frontier  []SearchCost   `json:"frontier"` // cheapest sets for falling errors
	Plan      ReplayPlan     `json:"plan"`
}

// SearchStep is one set that was tried.
type SearchStep struct {
	Restored []string       `json:"restored"`
	Reached  metrics.Number `json:"rel_l2"` // of the worst run
	Passed   bool           `json:"passed"`
}

// SearchCost is a point of the frontier: the groups that are kept in the reference's precision, what they cost and what is left.
type SearchCost struct {
	Groups   []string       `json:"groups"`
	Cost     metrics.Number `json:"cost"`
	Residual metrics.Number `json:"rel_l2"`
}

// NonFinite says where NaN and infinities are created, and how close the rest comes to it.
type NonFinite struct {
	Policies []NonFinitePolicy `json:"policies"`
	Words    []string          `json:"words"` // what the arithmetic can and cannot produce, in sentences
}

// NonFinitePolicy is the part of one policy.
type NonFinitePolicy struct {
	Policy  string         `json:"policy"`
	Created []Creation     `json:"created"` // equations that make non-finite values of finite operands, in execution order
	Near    []NearMiss     `json:"near"`    // the closest near misses of each kind, the worst first
	Limit   metrics.Number `json:"limit"`   // largest finite number of the policy's compute format

	Largest   Magnitude  `json:"largest"`   // the largest finite magnitude of any result
	Arguments []Argument `json:"arguments"` // of functions that are not defined everywhere, or overflow; in the order of their names
}

// Magnitude is the largest finite result of an equation. Equation is -1 where there is no result but zeros.
type Magnitude struct {
	Value     metrics.Number `json:"value"`
	Equation  int            `json:"equation"`
	Primitive string         `json:"primitive"`
	Module    string         `json:"module"`
	Function  string         `json:"function"`
}

// Argument is the range of what a primitive was given: of the operand, of the base for pow, of the divisor's magnitude for div.
type Argument struct {
	Primitive string         `json:"primitive"`
	Low       metrics.Number `json:"low"`
	High      metrics.Number `json:"high"`
	Count     int64          `json:"count"` // elements
}

// Creation is an equation that makes a non-finite value of finite operands.
type Creation struct {
	Equation  int              `json:"equation"`
	Primitive string           `json:"primitive"`
	Module    string           `json:"module"`
	Function  string           `json:"function"`
	Tap       string           `json:"tap"` // of the value, or the first one that it reaches; empty if none
	Count     int64            `json:"count"`
	Index     int64            `json:"index"` // flat index of the first one
	Value     metrics.Number   `json:"value"`
	Operands  []metrics.Number `json:"operands"`  // there
	ByDesign  bool             `json:"by_design"` // also in the reference
}

// The kinds of near misses.
const (
	NearOverflow     = "overflow"     // within a factor 16 of the largest finite number of the result's format
	NearSubnormal    = "subnormal"    // zero, although the exact result is not
	NearCancellation = "cancellation" // a sum of nearly opposite numbers, which lost half of its format's significant bits or more
)

// NearMiss is an equation whose results come close to an accident.
type NearMiss struct {
	Kind      string         `json:"kind"` // overflow, subnormal or cancellation
	Equation  int            `json:"equation"`
	Primitive string         `json:"primitive"`
	Module    string         `json:"module"`
	Function  string         `json:"function"`
	Count     int64          `json:"count"`
	Worst     metrics.Number `json:"worst"` // overflow: largest magnitude; subnormal: largest magnitude that became zero; cancellation: most bits lost
	Index     int64          `json:"index"` // flat index of the worst
}

// Sweep is a table of replays over lengths, inputs, organisms, weight seeds and policies. It holds no times: the same sweep has
// the same table, however often it was interrupted and however many machines took part.
type Sweep struct {
	Outputs []string    `json:"outputs"`
	Cells   []SweepCell `json:"cells"`   // in the order of the plan, then of the policies
	Missing int         `json:"missing"` // replays of all policies that are not there (yet): other shards, or an interrupted run
}

// SweepCell is one replay of a sweep under one policy.
type SweepCell struct {
	Length     int              `json:"length"`
	Input      string           `json:"input"`
	Organism   string           `json:"organism"`
	Seed       uint64           `json:"seed"`
	Policy     string           `json:"policy"`
	RelativeL2 []metrics.Number `json:"rel_l2"`     // by output
	NonFinite  int64            `json:"non_finite"` // elements of the watched taps that are not finite although the reference's are
	Digest     string           `json:"digest"`     // fingerprint of the bits of the watched taps
}

// VerdictRule is what the verdicts of a run were made with.
type VerdictRule struct {
	Baseline string  `json:"baseline"` // the low-precision run that others are judged by
	Floor    string  `json:"floor"`    // the same with re-ordered accumulation
	Better   float64 `json:"better"`   // R up to this is better
	Worse    float64 `json:"worse"`    // R from this on is worse
}

// The words of a verdict.
const (
	VerdictExact  = "exact"  // the same bits as the baseline
	VerdictWithin = "within" // within what low precision itself costs
	VerdictWorse  = "worse"
	VerdictBetter = "better"
)

// Verdict judges a tap of a policy by three runs: R = |policy - reference| / |baseline - reference|.
type Verdict struct {
	R     metrics.Number `json:"r"`
	Floor metrics.Number `json:"floor"` // the same ratio for the baseline with re-ordered accumulation
	Word  string         `json:"word"`
}

// Local is the error of a module (or equation) that is run under a policy on the reference's inputs, cast to the policy's
// storage format.
type Local struct {
	Metrics metrics.Metrics `json:"metrics"`
	// Gain is accumulated error out over accumulated error in, the largest of the module's inputs; NaN without one.
	Gain metrics.Number `json:"gain"`
}
