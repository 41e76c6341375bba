package weights

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

func TestHeadsAreOfficial(t *testing.T) {
	var want []struct {
		Head          string    `json:"head"`
		Tracks        int       `json:"tracks"`
		Real          [2]int    `json:"real"`
		MeanSHA256    [2]string `json:"mean_sha256"`
		PaddingSHA256 [2]string `json:"padding_sha256"`
	}
	readJSON(t, "testdata/tracks.json", &want)
	heads := Heads()
	if len(heads) != len(want) || len(heads) != 11 {
		t.Fatalf("heads: got %d, want %d", len(heads), len(want))
	}
	for i, w := range want {
		head := heads[i]
		if head.Head != w.Head || head.Count != w.Tracks {
			t.Errorf("head %d: got %s with %d tracks, want %s with %d", i, head.Head, head.Count, w.Head, w.Tracks)
		}
		for organism := range 2 {
			padding := make([]byte, len(head.Padding[organism]))
			for k, padded := range head.Padding[organism] {
				if padded {
					padding[k] = 1
				}
			}
			if got := digestOf(padding); got != w.PaddingSHA256[organism] {
				t.Errorf("%s, organism %d: padding has digest %s, want %s", w.Head, organism, got, w.PaddingSHA256[organism])
			}
			if got := digest(head.Means[organism]); got != w.MeanSHA256[organism] {
				t.Errorf("%s, organism %d: means have digest %s, want %s", w.Head, organism, got, w.MeanSHA256[organism])
			}
			if got := head.Real(organism); got != w.Real[organism] {
				t.Errorf("%s, organism %d: got %d real tracks, want %d", w.Head, organism, got, w.Real[organism])
			}
		}
	}
}

// Un-scaled predictions of padded genome tracks are NaN by design, so their means must be, and no others.
func TestMeansAreNaNExactlyAtPaddedGenomeTracks(t *testing.T) {
	for _, head := range Heads() {
		for organism := range 2 {
			genome := head.Head != "contact_maps" && !strings.HasPrefix(head.Head, "splice_sites_") && head.Real(organism) > 0
			for k, mean := range head.Means[organism] {
				if got, want := math.IsNaN(float64(mean)), genome && head.Padding[organism][k]; got != want {
					t.Fatalf("%s, organism %d, track %d: mean %v, padding %v", head.Head, organism, k, mean, head.Padding[organism][k])
				}
				if !genome && mean != 1 {
					t.Fatalf("%s, organism %d, track %d: mean %v, want 1", head.Head, organism, k, mean)
				}
			}
		}
	}
}

func TestHead(t *testing.T) {
	head, err := Head("rna_seq")
	if err != nil || head.Count != 768 {
		t.Fatalf("Head(rna_seq): got %d tracks, %v", head.Count, err)
	}
	head.Means[0][0], head.Padding[0][0] = -1, true
	if again, _ := Head("rna_seq"); again.Means[0][0] == -1 || again.Padding[0][0] {
		t.Error("a caller changed the embedded metadata")
	}
	Heads()[0].Means[0][0] = -1
	if again := Heads(); again[0].Means[0][0] == -1 {
		t.Error("a caller changed the embedded means")
	}
	if _, err := Head("rnaseq"); err == nil || !strings.Contains(err.Error(), `"rna_seq"`) {
		t.Errorf("Head(rnaseq): error %v does not name rna_seq", err)
	}
}

func readJSON(t *testing.T, name string, value any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
