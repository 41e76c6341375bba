package reports

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"bf16lab/experiments/metrics"
	"bf16lab/experiments/results"
)

// measuredRun is the run of testdata/run.json.gz: two policies, measured (see testdata/README.md).
func measuredRun(t testing.TB) *results.Run {
	t.Helper()
	f, err := os.Open("testdata/run.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	run := new(results.Run)
	if err := json.NewDecoder(z).Decode(run); err != nil {
		t.Fatal(err)
	}
	return run
}

// addScaled adds a made-up policy: the first one with all errors multiplied by a factor.
func addScaled(run *results.Run, name string, factor float64) {
	policy := run.Policies[0]
	policy.Name, policy.Description = name, "Made up for a test: the errors of the first policy, scaled."
	run.Policies = append(run.Policies, policy)
	for i := range run.Taps {
		tap := &run.Taps[i]
		tap.Metrics = append(tap.Metrics, scaled(tap.Metrics[0], factor))
		tap.Origin = append(tap.Origin, tap.Origin[0])
	}
}

// scaled multiplies the errors of a comparison by a factor of at most one and moves its ulps down a few bins.
func scaled(m metrics.Metrics, factor float64) metrics.Metrics {
	m.RelativeL2 *= factor
	m.RelativeLinf *= factor
	m.MeanAbsolute *= factor
	m.MaxAbsolute *= factor
	m.Bias *= factor
	m.Cosine = 1 - float64((1-m.Cosine)*factor*factor)
	m.Pearson = 1 - float64((1-m.Pearson)*factor*factor)
	shift := 0
	for f := factor; f < 0.75; f *= 2 {
		shift++
	}
	var histogram [metrics.UlpBinCount]int64
	for b, n := range m.UlpHistogram {
		histogram[max(0, b-shift)] += n
	}
	m.UlpHistogram = histogram
	m.MaxUlp = int64(float64(m.MaxUlp) * factor)
	for i := range m.Within {
		m.Within[i] = 1 - float64((1-m.Within[i])*factor)
	}
	for i := range m.WithinStrict {
		m.WithinStrict[i] = 1 - float64((1-m.WithinStrict[i])*factor)
	}
	return m
}

// fullRun is a run as large as the quickstart's: four policies (two of them made up), a policy that creates non-finite
// values, and junctions with imposed positions.
func fullRun(t testing.TB) *results.Run {
	run := measuredRun(t)
	addScaled(run, "made-up-third", 1./3)
	addScaled(run, "made-up-tenth", 0.1)
	created := findTap(run.Taps, "alphagenome/transformer_tower/mha_block_4:softmax")
	for i := created; i < created+6; i++ {
		tap := &run.Taps[i]
		tap.Metrics[2].Test.NaN, tap.Metrics[2].Test.FirstAt = 3, 17
		tap.Metrics[2].Compared -= 3
		tap.Origin[2] = results.OriginInherited
	}
	run.Taps[created].Origin[2] = results.OriginCreated
	for i := range run.Taps {
		if run.Taps[i].Block == "out/splice_sites_junction" {
			v := results.TapVariant{Imposed: "splice-site positions of the reference", Tap: run.Taps[i]}
			v.Metrics = nil
			for p := range run.Policies {
				v.Metrics = append(v.Metrics, scaled(run.Taps[i].Metrics[p], 0.1))
			}
			run.Variants = append(run.Variants, v)
		}
	}
	return run
}

// smallRun is a part of fullRun: some blocks of each part, so that its data can be read in the golden files.
func smallRun(t testing.TB) *results.Run {
	return blocksRun(t, "dna_embedder", "downres_block_0", "embed", "pair_update_block_4/sequence_to_pair_block",
		"pair_update_block_4", "attention_bias_block_8", "mha_block_4", "mlp_block_4", "up_res_block_6",
		"output_embedder_1", "head/atac", "head/splice_sites_junction", "out/embeddings_1bp",
		"out/embeddings_128bp", "out/embeddings_pair", "out/atac", "out/splice_sites_junction")
}

// blocksRun is fullRun with the taps of some blocks.
func blocksRun(t testing.TB, blocks ...string) *results.Run {
	run := fullRun(t)
	run.Taps = slices.DeleteFunc(run.Taps, func(tap results.Tap) bool { return !slices.Contains(blocks, tap.Block) })
	return run
}

// dropPolicies keeps only the first n policies of a run.
func dropPolicies(run *results.Run, n int) {
	run.Policies = run.Policies[:n]
	for i := range run.Taps {
		run.Taps[i].Metrics = run.Taps[i].Metrics[:n]
		run.Taps[i].Origin = run.Taps[i].Origin[:n]
	}
}
