package weights

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"bf16lab/internal/machine"
	"bf16lab/internal/nearest"
)

// Synthetic is version 1 of the synthetic weights: a Source of the whole model that needs no file.
//
// For the tensor NAME = module/leaf and the flat row-major index i, modulo 2^64,
//
//	key = mix(Seed XOR fnv1a64(NAME))
//	z   = mix(key + (i+1) * 0x9E3779B97F4A7C15)
//	u   = float32(z>>40 - 2^23) * 2^-23             exact, in [-1, 1)
//
// where mix is the finaliser of splitmix64. The leaf decides what becomes of u; each operation is one float32 operation:
//
//	w                                       u * float32(sqrt(3 / fan_in))
//	scale outside standardized_conv1_d      (1 + 0.25 u) * k, k = 4, 2, 1, 0.5 for z AND 255 in [0,2), [2,16), [16,192), [192,256)
//	scale of standardized_conv1_d           1 + 0.25 u
//	residual_scale                          1 + 0.25 u
//	learnt_scale                            u
//	embeddings                              0.25 u
//	var_ema                                 (1 + 0.5 u) * 2^e
//	b, bias, offset, q_r_bias, k_r_bias     0.125 u
//
// fan_in is the product of all axes but the last, and the middle axis for multi_organism_linear. The definition is
// reference/scripts/synth.py of the project's reference data; the bits are equal to its.
type Synthetic struct {
	Seed uint64
}

// String describes the source for a report.
func (s Synthetic) String() string {
	return fmt.Sprintf("synthetic weights version 1, seed %d", s.Seed)
}

// maxValues bounds a tensor; the largest of the official model has 11,796,480 values.
const maxValues = 1 << 31

// leaves are the leaf names of the official model.
var leaves = []string{"w", "b", "scale", "offset", "bias", "embeddings", "learnt_scale", "residual_scale", "q_r_bias", "k_r_bias", "var_ema"}

// Tensor returns the synthetic values of a tensor of the official model, or of a block case.
//
// The shape may differ from the official one, since smaller configurations of the model use the same names. Names below
// "case/" (reference block cases: case/<case>/<module path>) are valid with every official leaf; the var_ema exponent is
// 0 there and VarEMAExponent elsewhere. Other names, negative dimensions and more than 2^31 values are errors.
func (s Synthetic) Tensor(module, leaf string, shape []int) ([]float32, error) {
	exponent := 0
	if strings.HasPrefix(module, "case/") {
		if !slices.Contains(leaves, leaf) {
			return nil, fmt.Errorf("weights: no leaf %q in %q; the nearest name is %q", leaf, module, nearest.Name(leaf, leaves))
		}
	} else {
		if _, err := Find(module, leaf); err != nil {
			return nil, err
		}
		exponent, _ = VarEMAExponent(module)
	}
	size, err := sizeOf(shape)
	if err != nil {
		return nil, fmt.Errorf("weights: tensor %q: %w", module+"/"+leaf, err)
	}
	if leaf == "w" && isOrganismLinear(module) && len(shape) < 2 {
		return nil, fmt.Errorf("weights: tensor %q: shape %v has no middle axis", module+"/"+leaf, shape)
	}
	values := make([]float32, size)
	machine.AdviseLargePages(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*size))
	s.Fill(values, module, leaf, shape, exponent)
	return values, nil
}

// sizeOf returns the product of shape.
func sizeOf(shape []int) (int, error) {
	size := 1
	for _, n := range shape {
		if n < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		if n > 0 && size > maxValues/n {
			return 0, fmt.Errorf("shape %v has more than %d values", shape, maxValues)
		}
		size *= n
	}
	return size, nil
}

// Fill writes the synthetic tensor module/leaf to dst in row-major order. Any name is allowed: a leaf that is not in the
// table of Synthetic is treated as a bias. exponent is e of var_ema and unused for other leaves.
//
// It panics if len(dst) is not the product of shape.
func (s Synthetic) Fill(dst []float32, module, leaf string, shape []int, exponent int) {
	if size, err := sizeOf(shape); err != nil || size != len(dst) {
		panic(fmt.Sprintf("weights: %d values for shape %v", len(dst), shape))
	}
	fill(dst, s.key(module+"/"+leaf), ruleOf(module, leaf, shape, exponent))
}

// Uniform writes u * scale of the stream called name to dst: the inputs of the block cases (case/<case>/<input>).
func (s Synthetic) Uniform(dst []float32, name string, scale float32) {
	fill(dst, s.key(name), uniform(scale))
}

// key starts the stream of a tensor: mix(Seed XOR fnv1a64(name)).
func (s Synthetic) key(name string) uint64 {
	const offset, prime = 0xcbf29ce484222325, 0x100000001b3
	hash := uint64(offset)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * prime
	}
	return mix(s.Seed ^ hash)
}

// ruleOf returns how values are made from the stream: the table in the comment of Synthetic.
func ruleOf(module, leaf string, shape []int, exponent int) rule {
	switch leaf {
	case "w":
		return uniform(float32(math.Sqrt(3 / float64(fanIn(module, shape)))))
	case "scale":
		if strings.Contains(module, "standardized_conv1_d") {
			return around(0.25, 1)
		}
		return withOutliers
	case "residual_scale":
		return around(0.25, 1)
	case "learnt_scale":
		return uniform(1)
	case "embeddings":
		return uniform(0.25)
	case "var_ema":
		return around(0.5, float32(math.Ldexp(1, exponent)))
	}
	return uniform(0.125)
}

// fanIn returns the product of all axes but the last, or the middle axis of (organism, in, out).
func fanIn(module string, shape []int) int {
	if isOrganismLinear(module) {
		if len(shape) < 2 {
			panic(fmt.Sprintf("weights: %s/w of shape %v has no middle axis", module, shape))
		}
		return shape[1]
	}
	product := 1
	for _, n := range shape[:max(len(shape)-1, 0)] {
		product *= n
	}
	return product
}

func isOrganismLinear(module string) bool {
	return strings.HasSuffix(module, "multi_organism_linear")
}
