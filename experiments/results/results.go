package results

import (
	"time"

	"bf16lab/experiments/metrics"
)

// Run is everything that one replay leaves behind: what was run, on what, and the comparison of each tap.
//
// It is what results.json holds, and all that a report is made from.
type Run struct {
	Schema        int           `json:"schema"` // version of this layout, 1
	Name          string        `json:"name"`
	Version       string        `json:"version"` // of bf16lab
	GoVersion     string        `json:"go_version"`
	Command       []string      `json:"command"` // argument vector that repeats the run
	Config        string        `json:"config"`  // text of the experiment file after overrides
	Started       time.Time     `json:"started"`
	Seconds       float64       `json:"seconds"`
	PeakBytes     int64         `json:"peak_bytes"`
	StripElements int           `json:"strip_elements,omitempty"` // of the largest value; 0 where values were whole
	Samples       int           `json:"samples,omitempty"`        // scattered elements of each tap that were compared at most; 0 where all were
	Machine       Machine       `json:"machine"`
	Model         Model         `json:"model"`
	Input         Input         `json:"input"`
	Reference     Policy        `json:"reference"`
	Policies      []Policy      `json:"policies"` // in the order of the experiment file, without the reference
	Taps          []Tap         `json:"taps"`     // in execution order
	Variants      []TapVariant  `json:"variants,omitempty"`
	Explanations  []Explanation `json:"explanations,omitempty"`

	// What kinds of experiment other than a replay add; the zero value is not written.
	Sources   []Source    `json:"sources,omitempty"` // of a run that was put together from several
	Kind      string      `json:"kind,omitempty"`
	LocalBy   string      `json:"local_by,omitempty"` // module or primitive: what Tap.Local is local to
	Rule      VerdictRule `json:"verdict_rule,omitempty"`
	Ablation  Ablation    `json:"ablation,omitempty"`
	Search    Search      `json:"search,omitempty"`
	NonFinite NonFinite   `json:"nonfinite,omitempty"`
	Sweep     Sweep       `json:"sweep,omitempty"`
}

// Machine describes where the run was made.
type Machine struct {
	OS       string   `json:"os"`
	Arch     string   `json:"arch"`
	CPU      string   `json:"cpu"`
	Features []string `json:"features"`
	Threads  int      `json:"threads"`
	Kernels  string   `json:"kernels"` // instruction set of the matrix kernels: avx512, avx2 or go
	Memory   int64    `json:"memory_bytes"`
}

// Model says which weights were replayed.
type Model struct {
	Name       string `json:"name"`
	Weights    string `json:"weights"` // for example "synthetic version 1, seed 1"
	Parameters int    `json:"parameter_tensors"`
	States     int    `json:"state_tensors"`
	Values     int64  `json:"parameter_values"`
	Equations  int    `json:"equations"`
}

// Input says which sequence was replayed.
type Input struct {
	Source    string   `json:"source"` // for example "lambda_virus.fa.gz NC_001416.1:0-4096"
	Length    int      `json:"length"`
	Batch     int      `json:"batch"`
	Organisms []string `json:"organisms"`
	SHA256    string   `json:"sha256"` // of the sequence letters
}

// Policy is one precision policy as it was used.
type Policy struct {
	Name        string  `json:"name"`
	Description string  `json:"description"` // one sentence
	YAML        string  `json:"yaml"`        // the whole resolved policy
	Seconds     float64 `json:"seconds"`     // time spent in its nodes
	Digest      string  `json:"digest"`      // fingerprint of the bits of all its taps, or of their samples
}

// Tap is one named value, compared with the reference under each policy.
type Tap struct {
	Name     string            `json:"name"`
	Shape    []int             `json:"shape"`
	DType    string            `json:"dtype"`    // declared: bfloat16 stands for the compute type
	Part     string            `json:"part"`     // encoder, tower, pair, decoder, embedder, head or output
	Module   string            `json:"module"`   // haiku module path the value belongs to
	Block    string            `json:"block"`    // enclosing block for the heat map, for example downres_block_0
	Equation int               `json:"equation"` // index of the producing equation
	Metrics  []metrics.Metrics `json:"metrics"`  // one per policy, in the order of Run.Policies
	Origin   []Origin          `json:"origin"`   // one per policy: where its non-finite values come from

	// Local, Verdict and Scatter have one entry per policy, or none where they were not asked for.
	Local   []Local   `json:"local,omitempty"`
	Verdict []Verdict `json:"verdict,omitempty"`
	Scatter []Scatter `json:"scatter,omitempty"`
}

// Scatter is the error against the magnitude of the reference: by power of two of |reference|, as metrics.ScatterBin has it.
type Scatter struct {
	Low    int              `json:"low"`    // the first bin
	Counts []int64          `json:"counts"` // elements by bin
	Median []metrics.Number `json:"median"` // bounds for the error, by bin, as metrics.Scatter.Quantile has them
	High   []metrics.Number `json:"high"`   // the same for 99 % of the elements
}

// Origin says whether non-finite values of a tap were created inside its module or came in with its inputs.
type Origin string

// The origins of non-finite values.
const (
	OriginNone      Origin = ""          // all values are finite
	OriginReference Origin = "reference" // the reference has non-finite values at the same places
	OriginCreated   Origin = "created"   // the first non-finite value after finite inputs
	OriginInherited Origin = "inherited" // an input was non-finite already
)

// TapVariant is a tap of a replay that was repeated with something imposed, for example the reference's splice positions.
type TapVariant struct {
	Imposed string `json:"imposed"` // what was taken from the reference
	Tap
}

// Source is one of the runs that a combined one was put together from.
type Source struct {
	Label   string   `json:"label"`
	Kind    string   `json:"kind"`
	Command []string `json:"command"` // argument vector that repeats it
}

// Explanation is a finding in words with the figures it rests on; the report opens with them.
type Explanation struct {
	Policy string `json:"policy"`
	Text   string `json:"text"`
}
