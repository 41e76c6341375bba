package weights

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"bf16lab/internal/nearest"
)

// Tracks is the metadata of one prediction head. The leading index is the organism: 0 human, 1 mouse.
type Tracks struct {
	Head    string       // rna_seq, cage, ..., splice_sites_junction
	Count   int          // tracks including padding, equal for both organisms
	Means   [2][]float32 // mean of the non-zero data per track, for un-scaling
	Padding [2][]bool    // true where the organism has no such track
}

// Real returns the number of tracks of an organism (0 human, 1 mouse) that are not padding.
func (t Tracks) Real(organism int) int {
	n := 0
	for _, padded := range t.Padding[organism] {
		if !padded {
			n++
		}
	}
	return n
}

// Heads returns the metadata of the 11 heads in the official order. The caller owns the result.
//
// The means of padded genome tracks are NaN, so that their un-scaled predictions are NaN by design. Where nothing is
// un-scaled all means are 1: contact_maps, splice_sites_* and the whole of procap for the mouse, which has no such track.
func Heads() []Tracks {
	list := slices.Clone(tracks())
	for i := range list {
		list[i] = list[i].clone()
	}
	return list
}

// Head returns the metadata of the named head. The error for an unknown name says which head is nearest.
func Head(name string) (Tracks, error) {
	var names []string
	for _, t := range tracks() {
		if t.Head == name {
			return t.clone(), nil
		}
		names = append(names, t.Head)
	}
	return Tracks{}, fmt.Errorf("weights: no head %q; the nearest name is %q", name, nearest.Name(name, names))
}

func (t Tracks) clone() Tracks {
	for organism := range 2 {
		t.Means[organism] = slices.Clone(t.Means[organism])
		t.Padding[organism] = slices.Clone(t.Padding[organism])
	}
	return t
}

var tracks = sync.OnceValue(func() []Tracks {
	rows := decode[[]struct {
		Head    string `json:"head"`
		Tracks  int    `json:"tracks"`
		Mean    []byte `json:"mean"`    // (2, tracks) little-endian float32
		Padding []byte `json:"padding"` // (2, tracks), 0 or 1
	}]("track metadata", tracksFile)

	list := make([]Tracks, len(rows))
	for i, r := range rows {
		list[i] = Tracks{Head: r.Head, Count: r.Tracks}
		for organism := range 2 {
			means, padding := make([]float32, r.Tracks), make([]bool, r.Tracks)
			for k := range means {
				at := organism*r.Tracks + k
				means[k] = math.Float32frombits(binary.LittleEndian.Uint32(r.Mean[4*at:]))
				padding[k] = r.Padding[at] != 0
			}
			list[i].Means[organism], list[i].Padding[organism] = means, padding
		}
	}
	return list
})
