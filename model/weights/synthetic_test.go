package weights

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// digest returns the SHA-256 of values as little-endian float32.
func digest(values []float32) string {
	hash := sha256.New()
	buffer := make([]byte, 0, 1<<16)
	for chunk := range slices.Chunk(values, cap(buffer)/4) {
		buffer = buffer[:0]
		for _, v := range chunk {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
		}
		hash.Write(buffer)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// All 670 tensors at seed 1 have the bits of synth.py; with -short those above a million values are sampled.
func TestSyntheticModelMatchesDefinition(t *testing.T) {
	file, err := os.Open("testdata/synthetic_seed1.sha256")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	manifest, lines := Manifest(), bufio.NewScanner(file)
	read := 0
	for ; lines.Scan(); read++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		tensor := manifest[read]
		if tensor.Name != name {
			t.Fatalf("line %d: got %s, want %s", read+1, tensor.Name, name)
		}
		if testing.Short() && tensor.Size() > 1<<20 && read%16 != 0 {
			continue
		}
		values, err := Synthetic{Seed: 1}.Tensor(tensor.Module, tensor.Leaf, tensor.Shape)
		if err != nil {
			t.Fatal(err)
		}
		if got := digest(values); got != want {
			t.Errorf("%s: digest %s, want %s (values begin with %v)", name, got, want, values[:min(4, len(values))])
		}
	}
	if read != len(manifest) {
		t.Errorf("checked %d of %d tensors", read, len(manifest))
	}
}

// Block cases and edges: every leaf, other seeds, scalars, odd sizes, exponents beyond the normal numbers.
func TestSyntheticCasesMatchDefinition(t *testing.T) {
	var cases struct {
		Weights []struct {
			Seed, Module, Leaf string
			Shape              []int
			Exponent           int
			SHA256             string
			Head               []string
		}
		Inputs []struct {
			Seed, Name string
			Size       int
			Scale      float64
			SHA256     string
			Head       []string
		}
	}
	readJSON(t, "testdata/cases.json", &cases)
	if len(cases.Weights) < 200 || len(cases.Inputs) < 43 {
		t.Fatalf("testdata holds %d weights and %d inputs", len(cases.Weights), len(cases.Inputs))
	}
	for _, c := range cases.Weights {
		size, err := sizeOf(c.Shape)
		if err != nil {
			t.Fatal(err)
		}
		values := make([]float32, size)
		source := Synthetic{Seed: parseSeed(t, c.Seed)}
		source.Fill(values, c.Module, c.Leaf, c.Shape, c.Exponent)
		if got := digest(values); got != c.SHA256 {
			t.Errorf("seed %s, %s/%s %v: values begin with %v, want %v", c.Seed, c.Module, c.Leaf, c.Shape, hexOf(values), c.Head)
		}
		if c.Exponent != 0 {
			continue
		}
		if got, err := source.Tensor(c.Module, c.Leaf, c.Shape); err != nil || digest(got) != c.SHA256 {
			t.Errorf("Tensor(%q, %q, %v) differs from Fill: %v", c.Module, c.Leaf, c.Shape, err)
		}
	}
	for _, c := range cases.Inputs {
		values := make([]float32, c.Size)
		Synthetic{Seed: parseSeed(t, c.Seed)}.Uniform(values, c.Name, float32(c.Scale))
		if got := digest(values); got != c.SHA256 {
			t.Errorf("seed %s, input %s: values begin with %v, want %v", c.Seed, c.Name, hexOf(values), c.Head)
		}
	}
}

func parseSeed(t *testing.T, text string) uint64 {
	t.Helper()
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

func hexOf(values []float32) (list []string) {
	for _, v := range values[:min(4, len(values))] {
		list = append(list, fmt.Sprintf("%08x", math.Float32bits(v)))
	}
	return list
}

func TestSyntheticErrors(t *testing.T) {
	for _, c := range []struct {
		module, leaf string
		shape        []int
		want         string
	}{
		{"alphagenome/embedding", "embeddings", []int{2, 1536}, `no tensor "alphagenome/embedding/embeddings"; the nearest name is "alphagenome/embed/embeddings"`},
		{"case/rope/m", "wait", []int{3}, `no leaf "wait" in "case/rope/m"; the nearest name is "w"`},
		{"alphagenome/embed", "embeddings", []int{2, -1}, "negative dimension"},
		{"alphagenome/embed", "embeddings", []int{1 << 20, 1 << 20}, "more than"},
		{"alphagenome/embed", "embeddings", []int{math.MaxInt, math.MaxInt, math.MaxInt}, "more than"},
		{"alphagenome/head/contact_maps/multi_organism_linear", "w", []int{28}, "no middle axis"},
	} {
		values, err := Synthetic{Seed: 1}.Tensor(c.module, c.leaf, c.shape)
		if err == nil || values != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Tensor(%q, %q, %v): error %v, want %q", c.module, c.leaf, c.shape, err, c.want)
		}
	}
}

func TestFillPanicsOnWrongLength(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "weights: ") {
			t.Errorf("panic %q", text)
		}
	}()
	Synthetic{}.Fill(make([]float32, 5), "m", "w", []int{2, 3}, 0)
}

func TestFillDoesNotDependOnThreads(t *testing.T) {
	shape := []int{5, chunk/2 + 1}
	size, _ := sizeOf(shape)
	for _, leaf := range leaves {
		one, many := make([]float32, size), make([]float32, size)
		before := runtime.GOMAXPROCS(1)
		Synthetic{Seed: 9}.Fill(one, "m", leaf, shape, -3)
		runtime.GOMAXPROCS(7)
		Synthetic{Seed: 9}.Fill(many, "m", leaf, shape, -3)
		runtime.GOMAXPROCS(before)
		if !slices.Equal(one, many) {
			t.Errorf("%s differs between 1 and 7 threads", leaf)
		}
	}
}

// A value depends on seed, name and index only: a shorter tensor is a prefix of a longer one where the scale is the same.
func TestStreamProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		name := rapid.String().Draw(t, "name")
		size := rapid.IntRange(1, 300).Draw(t, "size")
		cut := rapid.IntRange(0, size).Draw(t, "cut")
		long, short := make([]float32, size), make([]float32, cut)
		Synthetic{seed}.Uniform(long, name, 1)
		Synthetic{seed}.Uniform(short, name, 1)
		if !slices.Equal(long[:cut], short) {
			t.Fatalf("the first %d of %d values change with the length", cut, size)
		}
		for i, u := range long {
			if u < -1 || u >= 1 || u*half != float32(int32(u*half)) {
				t.Fatalf("value %d is %v, not a multiple of 2^-23 in [-1, 1)", i, u)
			}
		}
		scales := make([]float32, size)
		Synthetic{seed}.Fill(scales, name, "scale", []int{size}, 0)
		for i, v := range scales {
			if v <= 0 || v > 5 {
				t.Fatalf("scale %d is %v, outside (0, 5]", i, v)
			}
		}
	})
}

func BenchmarkModel(b *testing.B) {
	manifest := Manifest()
	buffer := make([]float32, 1<<24)
	b.SetBytes(4 * (ParameterValues + StateValues))
	for b.Loop() {
		for _, tensor := range manifest {
			exponent, _ := VarEMAExponent(tensor.Module)
			Synthetic{Seed: 1}.Fill(buffer[:tensor.Size()], tensor.Module, tensor.Leaf, tensor.Shape, exponent)
		}
	}
}
