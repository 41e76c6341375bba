package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The digest covers kind, name and shape of every tensor in order, as testdata/golden.py read them from the reference.
func TestManifestIsOfficial(t *testing.T) {
	var text strings.Builder
	values, count := [2]int{}, [2]int{}
	for _, tensor := range Manifest() {
		shape := strings.ReplaceAll(fmt.Sprint(tensor.Shape), " ", ", ")
		fmt.Fprintf(&text, "%v %s %s\n", tensor.Kind, tensor.Name, shape)
		count[tensor.Kind]++
		values[tensor.Kind] += tensor.Size()
		if tensor.Name != tensor.Module+"/"+tensor.Leaf || strings.Contains(tensor.Leaf, "/") {
			t.Errorf("%q is cut into module %q and leaf %q", tensor.Name, tensor.Module, tensor.Leaf)
		}
		if isState := tensor.Leaf == "var_ema"; isState != (tensor.Kind == State) {
			t.Errorf("%s is listed as %v", tensor.Name, tensor.Kind)
		}
	}
	if want := [2]int{ParameterCount, StateCount}; count != want {
		t.Errorf("tensors: got %v, want %v", count, want)
	}
	if want := [2]int{ParameterValues, StateValues}; values != want {
		t.Errorf("values: got %v, want %v", values, want)
	}
	digest := sha256.Sum256([]byte(text.String()))
	want, err := os.ReadFile("testdata/manifest.sha256")
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(digest[:]); got != strings.TrimSpace(string(want)) {
		t.Errorf("digest of the manifest: got %s, want %s", got, want)
	}
}

func TestManifestBelongsToTheCaller(t *testing.T) {
	for _, tensor := range Manifest() {
		for i := range tensor.Shape {
			tensor.Shape[i] = -1
		}
	}
	if first := Manifest()[0]; first.Shape[0] != 2 || first.Shape[1] != 1536 {
		t.Errorf("%s has shape %v after a caller wrote to its copy", first.Name, first.Shape)
	}
}

func TestFind(t *testing.T) {
	for _, want := range Manifest() {
		got, err := Find(want.Module, want.Leaf)
		if err != nil || got.Name != want.Name || got.Kind != want.Kind {
			t.Fatalf("Find(%q, %q): got %v, %v", want.Module, want.Leaf, got, err)
		}
	}
	for _, c := range []struct{ module, leaf, nearest string }{
		{"alphagenome/embedd", "embeddings", "alphagenome/embed/embeddings"},
		{"alphagenome/transformer_tower/mha_block_9/norm_q", "scale", "alphagenome/transformer_tower/mha_block_1/norm_q/scale"}, // the first of eight at distance 1
		{"alphagenome/head/rna_seq/resolution_1/multi_organism_linear", "v", "alphagenome/head/rna_seq/resolution_1/multi_organism_linear/b"},
		{strings.Repeat("x", 1<<20), "w", ""},
	} {
		_, err := Find(c.module, c.leaf)
		if err == nil {
			t.Errorf("Find(%.40q, %q) found something", c.module, c.leaf)
		} else if !strings.Contains(err.Error(), "nearest name is \""+c.nearest) {
			t.Errorf("Find(%.40q, %q): error %q does not name %q", c.module, c.leaf, err, c.nearest)
		}
	}
}
