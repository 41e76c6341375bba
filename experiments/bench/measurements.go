package bench

import "fmt"

// Measurements returns all measurements, the quick ones first.
func Measurements() []Measurement {
	all := []Measurement{copyMeasurement(), normGELU("norm-gelu", "jax-cpu-eager"), normGELU("norm-gelu-f32", "f32")}
	for _, n := range []int{512, 1024, 2048, 4096} {
		all = append(all, product(fmt.Sprintf("gemm-%d", n), n, n, n))
	}
	all = append(all, product("gemm-32x1536x3072", 32, 1536, 3072), convolution("conv5-768-4096", 5, 768, 4096), weightsMeasurement())
	for _, m := range []struct {
		name, doc, taps string
		length          int
	}{
		{"trunk", "trunk and embeddings", "out/embeddings_*", 4096},
		{"heads", "the model with all heads", "out/**", 4096},
		{"trunk", "trunk and embeddings", "out/embeddings_*", 16384},
		{"trunk", "trunk and embeddings", "out/embeddings_*", 131072},
	} {
		name := fmt.Sprintf("%s-%d", m.name, m.length)
		all = append(all, single(name, m.doc, "jax-cpu-eager", m.taps, m.length))
		if m.length == 4096 {
			all = append(all, single(name+"-f32", m.doc, "f32", m.taps, m.length))
		}
	}
	return append(all, lockstep("lockstep-4096", 4096), alone("alone-4096", 4096), replay("replay-4096"))
}
