package model

import (
	"errors"
	"fmt"
	"slices"

	"bf16lab/model/weights"
)

// Config holds the sizes of a model of AlphaGenome's architecture. [AlphaGenome] gives the official one; tests use smaller
// ones.
type Config struct {
	Batch     int // B, sequences per call
	Length    int // S, bases per sequence; a multiple of [Config.PairResolution]
	Organisms int // human, mouse

	Channels        int // of the first embedding; every DownResBlock adds ChannelStep
	ChannelStep     int
	DownResBlocks   int // a pool by two follows the first embedding and each block
	TowerDepth      int // transformer blocks; a pair update comes before every second one
	Heads           int // of the sequence attention
	KeyChannels     int // per head
	ValueChannels   int
	PairChannels    int // F
	PairHeads       int // of the sequence-to-pair block
	PairKey         int // channels per head of the sequence-to-pair block
	PairPool        int // positions of the tower per position of the pair representation
	PositionMasks   int // central masks, half of the position features
	MaxDistance     int // longest relative distance in positions of the tower
	GenomeTracks    []GenomeTracks
	ContactMaps     int // tracks; 0 leaves the head out, here and below
	SpliceClasses   int
	SpliceUsage     int
	JunctionTissues int // the head has a track per strand for each
	JunctionHidden  int
	JunctionMask    [][]bool // by organism, the tissues that exist

	SpliceSites         int     // candidates per kind of site that the junction head takes
	SpliceSiteThreshold float64 // smallest probability of a candidate
	JunctionDistance    int     // longest distance of the junction head's positions

	// ImposePositions makes the junction head take its splice sites from the argument splice_site_positions, int32
	// [B, 4, SpliceSites], in place of those that the classification head finds; those stay an output of the graph.
	ImposePositions bool
}

// GenomeTracks describes a head of genome tracks.
type GenomeTracks struct {
	Name        string
	Tracks      int
	Resolutions []int       // bases per bin, ascending
	Squash      bool        // predictions are to the power 3/4
	Means       [][]float32 // by organism, mean of the non-zero data per track; nil stands for ones
}

const (
	stemWidth  = 15 // of the first convolution
	blockWidth = 5  // of the convolutions in blocks
)

// AlphaGenome returns the official configuration for one sequence of a given length in bases.
func AlphaGenome(length int) Config {
	c := Config{
		Batch: 1, Length: length, Organisms: 2,
		Channels: 768, ChannelStep: 128, DownResBlocks: 6,
		TowerDepth: 9, Heads: 8, KeyChannels: 128, ValueChannels: 192,
		PairChannels: 128, PairHeads: 32, PairKey: 128, PairPool: 16, PositionMasks: 32, MaxDistance: 8192,
		JunctionHidden: 768, SpliceSites: 512, SpliceSiteThreshold: 0.1, JunctionDistance: 1 << 20,
	}
	for _, t := range weights.Heads() {
		switch t.Head {
		case "contact_maps":
			c.ContactMaps = t.Count
		case "splice_sites_classification":
			c.SpliceClasses = t.Count
		case "splice_sites_usage":
			c.SpliceUsage = t.Count
		case "splice_sites_junction":
			c.JunctionTissues = t.Count
			for _, padding := range t.Padding {
				c.JunctionMask = append(c.JunctionMask, not(padding))
			}
		default:
			c.GenomeTracks = append(c.GenomeTracks, genomeTracks(t))
		}
	}
	return c
}

func genomeTracks(t weights.Tracks) GenomeTracks {
	g := GenomeTracks{Name: t.Head, Tracks: t.Count, Resolutions: []int{1, 128}, Squash: t.Head == "rna_seq"}
	if t.Head == "chip_tf" || t.Head == "chip_histone" {
		g.Resolutions = []int{128}
	}
	for _, means := range t.Means {
		if !slices.ContainsFunc(means, func(m float32) bool { return m != 1 }) {
			means = nil
		}
		g.Means = append(g.Means, means)
	}
	return g
}

func not(x []bool) []bool {
	y := make([]bool, len(x))
	for i, v := range x {
		y[i] = !v
	}
	return y
}

// TowerResolution returns the bases per position of the tower, 128 in the official model.
func (c Config) TowerResolution() int { return 2 << c.DownResBlocks }

// PairResolution returns the bases per position of the pair representation, 2048 in the official model.
func (c Config) PairResolution() int { return c.TowerResolution() * c.PairPool }

// TowerChannels returns the channels of the tower, 1536 in the official model.
func (c Config) TowerChannels() int { return c.Channels + c.DownResBlocks*c.ChannelStep }

// HeadNames returns the names of the configured heads in the order of execution.
func (c Config) HeadNames() []string {
	var names []string
	for _, g := range c.GenomeTracks {
		names = append(names, g.Name)
	}
	for _, h := range []struct {
		name   string
		tracks int
	}{
		{"contact_maps", c.ContactMaps}, {"splice_sites_classification", c.SpliceClasses},
		{"splice_sites_usage", c.SpliceUsage}, {"splice_sites_junction", c.JunctionTissues},
	} {
		if h.tracks > 0 {
			names = append(names, h.name)
		}
	}
	return names
}

// SelectHeads returns the configuration with the named heads only; no name at all leaves the embeddings.
func (c Config) SelectHeads(names ...string) (Config, error) {
	for _, name := range names {
		if !slices.Contains(c.HeadNames(), name) {
			return c, fmt.Errorf("model: no head %q; there are %v", name, c.HeadNames())
		}
	}
	c.GenomeTracks = slices.DeleteFunc(slices.Clone(c.GenomeTracks), func(g GenomeTracks) bool { return !slices.Contains(names, g.Name) })
	for name, tracks := range map[string]*int{
		"contact_maps": &c.ContactMaps, "splice_sites_classification": &c.SpliceClasses,
		"splice_sites_usage": &c.SpliceUsage, "splice_sites_junction": &c.JunctionTissues,
	} {
		if !slices.Contains(names, name) {
			*tracks = 0
		}
	}
	return c, nil
}

// Validate reports the first thing that makes the configuration impossible to trace.
func (c Config) Validate() error {
	for _, size := range []struct {
		name  string
		value int
	}{
		{"batch", c.Batch}, {"length", c.Length}, {"organisms", c.Organisms}, {"channels", c.Channels},
		{"channel step", c.ChannelStep}, {"down-resolution blocks", c.DownResBlocks}, {"tower depth", c.TowerDepth},
		{"heads", c.Heads}, {"key channels", c.KeyChannels}, {"value channels", c.ValueChannels},
		{"pair channels", c.PairChannels}, {"pair heads", c.PairHeads}, {"pair key", c.PairKey}, {"pair pool", c.PairPool},
		{"position masks", c.PositionMasks},
	} {
		if size.value < 1 {
			return fmt.Errorf("model: %s is %d, must be at least 1", size.name, size.value)
		}
	}
	switch {
	case c.DownResBlocks > 16:
		return fmt.Errorf("model: %d down-resolution blocks, at most 16 are possible", c.DownResBlocks)
	case c.Length%c.PairResolution() != 0:
		return fmt.Errorf("model: length %d is not a multiple of %d", c.Length, c.PairResolution())
	case c.KeyChannels%2 != 0:
		return fmt.Errorf("model: %d key channels, must be even for the rotary embedding", c.KeyChannels)
	case c.PositionMasks > c.MaxDistance/c.PairPool:
		return fmt.Errorf("model: %d position masks for %d distances", c.PositionMasks, c.MaxDistance/c.PairPool)
	case c.KeyChannels/2 > c.MaxDistance:
		return fmt.Errorf("model: %d rotary frequencies for a distance of %d", c.KeyChannels/2, c.MaxDistance)
	}
	return c.validateHeads()
}

func (c Config) validateHeads() error {
	for _, g := range c.GenomeTracks {
		if g.Tracks < 1 || len(g.Means) != c.Organisms {
			return fmt.Errorf("model: head %s: %d tracks, means of %d organisms", g.Name, g.Tracks, len(g.Means))
		}
		for _, r := range g.Resolutions {
			if r != 1 && r != c.TowerResolution() {
				return fmt.Errorf("model: head %s: no embeddings at resolution %d", g.Name, r)
			}
		}
		for _, m := range g.Means {
			if m != nil && len(m) != g.Tracks {
				return fmt.Errorf("model: head %s: %d means for %d tracks", g.Name, len(m), g.Tracks)
			}
		}
	}
	if c.JunctionTissues == 0 {
		return nil
	}
	switch {
	case c.SpliceClasses < 5:
		return errors.New("model: the junction head needs the five classes of the classification head")
	case c.SpliceSites < 1 || c.SpliceSites > c.Length:
		return fmt.Errorf("model: %d splice sites of %d positions", c.SpliceSites, c.Length)
	case c.JunctionHidden < 4 || c.JunctionHidden%2 != 0 || c.JunctionHidden/2 > c.JunctionDistance:
		return fmt.Errorf("model: %d hidden channels of the junction head for a distance of %d", c.JunctionHidden, c.JunctionDistance)
	case len(c.JunctionMask) != c.Organisms:
		return fmt.Errorf("model: junction masks of %d organisms, not %d", len(c.JunctionMask), c.Organisms)
	}
	for _, m := range c.JunctionMask {
		if len(m) != c.JunctionTissues {
			return fmt.Errorf("model: junction mask of %d tissues, not %d", len(m), c.JunctionTissues)
		}
	}
	return nil
}
