package model

import "math"

// Miniature returns a model of the same architecture, with every kind of head, that runs in a moment: 64 bases, 4 of
// them per position of the tower and 4 tower positions per position of the pair representation. Its tracks are partly
// padded, as the official ones are.
func Miniature() Config {
	nan := float32(math.NaN())
	return Config{
		Batch: 1, Length: 64, Organisms: 2,
		Channels: 8, ChannelStep: 4, DownResBlocks: 1,
		TowerDepth: 3, Heads: 2, KeyChannels: 8, ValueChannels: 6,
		PairChannels: 8, PairHeads: 4, PairKey: 4, PairPool: 4, PositionMasks: 4, MaxDistance: 64,
		GenomeTracks: []GenomeTracks{
			{Name: "atac", Tracks: 3, Resolutions: []int{1, 4}, Means: [][]float32{{0.5, 2, 1.25}, nil}},
			{Name: "rna_seq", Tracks: 2, Resolutions: []int{1, 4}, Squash: true, Means: [][]float32{{0.25, nan}, {1, 3}}},
			{Name: "chip_tf", Tracks: 2, Resolutions: []int{4}, Means: [][]float32{{1.5, 0.75}, {2, nan}}},
		},
		ContactMaps: 3, SpliceClasses: 5, SpliceUsage: 4,
		JunctionTissues: 2, JunctionHidden: 8, JunctionMask: [][]bool{{true, true}, {true, false}}, JunctionDistance: 1024,
		SpliceSites: 4, SpliceSiteThreshold: 0.1,
	}
}
