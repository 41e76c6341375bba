package results

import (
	"math"
	"time"

	"bf16lab/experiments/metrics"
)

// example returns a run with everything in it: two policies, taps with and without axes, values that are not finite, and text
// that JSON and CSV have to quote.
func example() *Run {
	policies := []Policy{
		{Name: "jax-cpu-eager", Description: "rounds after every primitive", YAML: "a: 1\nb: \"x\"\n", Seconds: 1.25, Digest: "0123456789abcdef"},
		{Name: "weights, \"bf16\"", Seconds: 0},
	}
	nan := float32(math.NaN())
	tap := func(name string, shape []int, reference []float32, tests ...[]float32) Tap {
		t := Tap{Name: name, Shape: shape, DType: "bfloat16", Part: "tower", Module: "alphagenome/tower", Block: "block_0", Equation: 17}
		for _, test := range tests {
			var a metrics.Accumulator
			a.Add(reference, test, 0)
			t.Metrics = append(t.Metrics, a.Result())
			t.Origin = append(t.Origin, OriginNone)
		}
		return t
	}
	pair := tap("alphagenome/pair:softmax", []int{2, 2}, []float32{1, 2, 3, 4}, []float32{1, 2, 3.5, nan}, []float32{1, 2, 3, 4})
	pair.Origin[0] = OriginCreated
	for i, m := range pair.Metrics {
		pair.Local = append(pair.Local, Local{Metrics: m, Gain: metrics.Number(1.5 + float64(i))})
		pair.Verdict = append(pair.Verdict, Verdict{R: metrics.Number(math.Inf(i)), Floor: 0.75, Word: VerdictWorse})
		pair.Scatter = append(pair.Scatter, Scatter{Low: 42, Counts: []int64{2, 1}, Median: []metrics.Number{0.5, 0}, High: []metrics.Number{0.5, 0.25}})
	}
	pair.Local[1].Gain = metrics.Number(math.NaN())
	return &Run{
		Schema: Schema, Name: "quickstart", Version: "0.1.0", GoVersion: "go1.26.8", Command: []string{"bf16lab", "run", "a b.yaml"},
		Config: "name: quickstart\n", Started: time.Date(2026, 11, 23, 7, 58, 1, 123456789, time.UTC), Seconds: 12.5, PeakBytes: 1 << 33,
		Machine: Machine{OS: "linux", Arch: "amd64", CPU: "AMD <EPYC>", Features: []string{"avx2"}, Threads: 2, Kernels: "avx2", Memory: 24 << 30},
		Model:   Model{Name: "alphagenome", Weights: "synthetic version 1, seed 1", Parameters: 589, States: 81, Values: 450_000_000, Equations: 9000},
		Input:   Input{Source: "lambda", Length: 4096, Batch: 1, Organisms: []string{"human"}, SHA256: "00"},

		Reference: Policy{Name: "f32"},
		Policies:  policies,
		Taps: []Tap{
			tap("alphagenome/embedder, \"1bp\"\n", []int{}, []float32{0}, []float32{1}, []float32{0}),
			pair,
			tap("empty", []int{3, 0}, nil, nil, nil),
			tap("nothing finite", []int{1}, []float32{1}, []float32{nan}, []float32{float32(math.Inf(-1))}),
		},
		Variants: []TapVariant{{Imposed: "splice positions", Tap: pair}},
		LocalBy:  "module",
		NonFinite: NonFinite{
			Policies: []NonFinitePolicy{
				{Policy: "jax-cpu-eager", Limit: 65504, Largest: Magnitude{Value: 300, Equation: 3, Primitive: "add", Module: "m", Function: "f"},
					Created: []Creation{
						{Equation: 2, Primitive: "mul", Module: "m", Tap: "t", Count: 7, Index: 4, Value: metrics.Number(math.Inf(1)), Operands: []metrics.Number{300, 301}},
						{Equation: 5, Primitive: "log", Count: 1, Value: metrics.Number(math.NaN()), Operands: []metrics.Number{-1}, ByDesign: true},
					},
					Near:      []NearMiss{{Kind: NearCancellation, Equation: 6, Primitive: "sub", Count: 2, Worst: 11, Index: 9}},
					Arguments: []Argument{{Primitive: "exp", Low: -11.5, High: 0, Count: 8}}},
				{Policy: "weights, \"bf16\"", Limit: 65504, Largest: Magnitude{Equation: -1}, Created: []Creation{}, Near: []NearMiss{}, Arguments: []Argument{}},
			},
			Words: []string{"Nothing \"happens\"."},
		},
		Rule:         VerdictRule{Baseline: "jax-cpu-eager", Floor: "sequential", Better: 0.75, Worse: 1.25},
		Explanations: []Explanation{{Policy: "jax-cpu-eager", Text: "the pair path"}},
	}
}
