package model

import (
	"slices"
	"strings"
	"testing"

	"bf16lab/ops"

	"pgregory.net/rapid"
)

// drawConfig draws a small configuration that can be traced.
func drawConfig(t *rapid.T) Config {
	c := Miniature()
	draw := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	c.Batch = draw("batch", 1, 3)
	c.Channels, c.ChannelStep, c.DownResBlocks = draw("channels", 1, 9), draw("step", 1, 5), draw("blocks", 1, 3)
	c.PairPool = draw("pool", 2, 5)
	c.Length = c.PairResolution() * draw("pair", 1, 4)
	c.TowerDepth, c.Heads = draw("depth", 1, 4), draw("heads", 1, 3)
	c.KeyChannels, c.ValueChannels = 2*draw("key", 1, 4), draw("value", 1, 7)
	c.PairChannels, c.PairHeads, c.PairKey = draw("F", 1, 6), draw("pair heads", 1, 4), draw("pair key", 1, 5)
	c.SpliceSites = draw("sites", 1, 8)
	c.ImposePositions = rapid.Bool().Draw(t, "impose")
	if rapid.Bool().Draw(t, "keep sites") {
		c.SpliceSiteThreshold = 0
	}
	for i := range c.GenomeTracks {
		g := &c.GenomeTracks[i]
		g.Resolutions = slices.Clone(g.Resolutions)
		g.Resolutions[len(g.Resolutions)-1] = c.TowerResolution()
	}
	return c
}

// TestTraceOfAnyConfiguration checks shapes and types of all results. That equations fit together is checked by the
// builder, which panics where they do not.
func TestTraceOfAnyConfiguration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		g := Trace(c)
		tower, pair := c.Length/c.TowerResolution(), c.Length/c.PairResolution()
		want := map[string]ops.Shape{
			"embeddings_1bp":                             {c.Batch, c.Length, 2 * c.Channels},
			"embeddings_pair":                            {c.Batch, pair, pair, c.PairChannels},
			"rna_seq/predictions_1bp":                    {c.Batch, c.Length, 2},
			"contact_maps/predictions":                   {c.Batch, pair, pair, 3},
			"splice_sites_usage/predictions":             {c.Batch, c.Length, 4},
			"splice_sites_junction/predictions":          {c.Batch, c.SpliceSites, c.SpliceSites, 4},
			"splice_sites_junction/splice_junction_mask": {c.Batch, c.SpliceSites, c.SpliceSites, 4},
		}
		for _, out := range g.Outputs {
			v := out.Value
			switch {
			case strings.HasSuffix(out.Name, "mask"):
				if v.DType != ops.Bool {
					t.Errorf("%s is %v", out.Name, v.DType)
				}
			case strings.HasSuffix(out.Name, "positions"):
				want := ops.Shape{c.Batch, 4, c.SpliceSites}
				if v.DType != ops.Int32 || !v.Shape.Equal(want) {
					t.Errorf("%s is %v %v", out.Name, v.DType, v.Shape)
				}
			case v.DType != ops.Compute:
				t.Errorf("%s is %v", out.Name, v.DType)
			}
			if strings.HasSuffix(out.Name, "bp") && !strings.HasSuffix(out.Name, "_1bp") && v.Shape[1] != tower {
				t.Errorf("%s has shape %v, want %d positions", out.Name, v.Shape, tower)
			}
			if shape, ok := want[out.Name]; ok && !v.Shape.Equal(shape) {
				t.Errorf("%s has shape %v, want %v", out.Name, v.Shape, shape)
			}
			delete(want, out.Name)
		}
		if len(want) > 0 {
			t.Errorf("missing results: %v", want)
		}
	})
}

// TestImposedPositions checks that the imposed positions and not the computed ones reach the junction head, and that
// nothing else in the graph changes.
func TestImposedPositions(t *testing.T) {
	c := Miniature()
	plain := Trace(c)
	c.ImposePositions = true
	imposed := Trace(c)
	if len(plain.Nodes) != len(imposed.Nodes) || len(plain.Taps) != len(imposed.Taps) {
		t.Fatalf("%d equations and %d taps, want %d and %d", len(imposed.Nodes), len(imposed.Taps), len(plain.Nodes), len(plain.Taps))
	}
	i := slices.IndexFunc(imposed.Inputs, func(v *ops.Value) bool { return v.Input.Name() == PositionsArgument })
	if i < 0 {
		t.Fatal("no argument for the positions")
	}
	argument := imposed.Inputs[i]
	if want := (ops.Shape{1, 4, 4}); argument.DType != ops.Int32 || !argument.Shape.Equal(want) {
		t.Errorf("argument is %v %v, want int32 %v", argument.DType, argument.Shape, want)
	}
	position := func(g *ops.Graph) *ops.Value {
		for _, out := range g.Outputs {
			if out.Name == "splice_sites_junction/splice_site_positions" {
				return out.Value
			}
		}
		return nil
	}
	if n := len(plain.Consumers()[position(plain).ID]); n != 4 {
		t.Errorf("computed positions are used %d times, want 4", n)
	}
	if n := len(imposed.Consumers()[position(imposed).ID]); n != 0 {
		t.Errorf("computed positions are used %d times beside the imposed ones", n)
	}
	if n := len(imposed.Consumers()[argument.ID]); n != 4 {
		t.Errorf("imposed positions are used %d times, want 4", n)
	}
}

func TestSelectHeads(t *testing.T) {
	all := AlphaGenome(2048)
	want := strings.Fields("atac dnase procap cage rna_seq chip_tf chip_histone contact_maps splice_sites_classification splice_sites_usage splice_sites_junction")
	if got := all.HeadNames(); !slices.Equal(got, want) {
		t.Errorf("heads %v, want %v", got, want)
	}
	none, err := all.SelectHeads()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(Trace(none).Outputs); got != 3 {
		t.Errorf("%d outputs without heads, want the three embeddings", got)
	}
	some, err := all.SelectHeads("contact_maps", "cage")
	if err != nil {
		t.Fatal(err)
	}
	if got := some.HeadNames(); !slices.Equal(got, []string{"cage", "contact_maps"}) {
		t.Errorf("heads %v", got)
	}
	if len(all.GenomeTracks) != 7 || all.ContactMaps == 0 || all.SpliceUsage == 0 {
		t.Error("selecting heads changed the original")
	}
	if _, err := all.SelectHeads("cagee"); err == nil {
		t.Error("an unknown head was accepted")
	}
}

func TestValidate(t *testing.T) {
	if err := AlphaGenome(1 << 20).Validate(); err != nil {
		t.Error(err)
	}
	if err := Miniature().Validate(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Batch = 0 }, "batch is 0"},
		{func(c *Config) { c.Length = 24 }, "length 24 is not a multiple of 16"},
		{func(c *Config) { c.Length = -16 }, "length is -16"},
		{func(c *Config) { c.DownResBlocks = 60 }, "at most 16"},
		{func(c *Config) { c.KeyChannels = 7 }, "must be even"},
		{func(c *Config) { c.PositionMasks = 17 }, "17 position masks"},
		{func(c *Config) { c.MaxDistance = 16; c.KeyChannels = 40 }, "20 rotary frequencies"},
		{func(c *Config) { c.GenomeTracks[0].Resolutions[1] = 128 }, "resolution 128"},
		{func(c *Config) { c.GenomeTracks[0].Means[0] = []float32{1} }, "1 means for 3 tracks"},
		{func(c *Config) { c.GenomeTracks[0].Means = nil }, "means of 0 organisms"},
		{func(c *Config) { c.SpliceClasses = 0 }, "classification head"},
		{func(c *Config) { c.SpliceSites = 65 }, "65 splice sites"},
		{func(c *Config) { c.JunctionHidden = 7 }, "7 hidden channels"},
		{func(c *Config) { c.JunctionMask = nil }, "masks of 0 organisms"},
		{func(c *Config) { c.JunctionMask[1] = []bool{true} }, "1 tissues"},
	} {
		config := Miniature()
		c.change(&config)
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}
