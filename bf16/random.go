package bf16

// goldenGamma is the increment of SplitMix64: 2^64 divided by the golden ratio, odd.
const goldenGamma = 0x9E3779B97F4A7C15

// RandomBits returns 64 random bits for a counter under a key, the only source
// of chance in this package:
//
//	mix(mix(key) + (counter+1) goldenGamma)   modulo 2^64
//
// with mix the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast Splittable
// Pseudorandom Number Generators", OOPSLA 2014). The bits depend on nothing but
// key and counter: not on the order of calls nor on the thread, and a GPU
// computes the same. Numbering the elements of a tensor with the counter and the
// tensors (policy, tap, repetition) with the key makes a stochastic run repeatable.
func RandomBits(key, counter uint64) uint64 {
	return streamBits(mix64(key), counter)
}

// streamBits is RandomBits with mix(key) computed once.
func streamBits(mixedKey, counter uint64) uint64 {
	return mix64(mixedKey + (counter+1)*goldenGamma)
}

func mix64(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}
