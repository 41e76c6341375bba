package bf16

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// laneSum and rowSum below write Lanes and Tiles out as YNNPACK's loops do, with clocks and with every zero that they add.
type clocked struct{ part, sum, total, carry float32 }

func (c *clocked) add(four []float32) {
	l := float32(0)
	for _, v := range four {
		l += v
	}
	c.part += l
}

func (c *clocked) accumulate(clock int) {
	if clock%16 != 0 {
		return
	}
	c.sum += c.part
	c.part = 0
	if clock%256 != 0 {
		return
	}
	y := c.sum - c.carry
	t := c.total + y
	c.carry = (t - c.total) - y
	if math.IsInf(float64(c.carry), 0) || c.carry != c.carry {
		c.carry = 0
	}
	c.total, c.sum = t, 0
}

func lanesWrittenOut(x []float32) float32 {
	padded := append(append([]float32{}, x...), make([]float32, (16-len(x)%16)%16)...)
	var folded []float32
	for lane := range 16 {
		var v []float32
		for i := lane; i < len(padded); i += 16 {
			v = append(v, padded[i])
		}
		for len(v)%4 != 0 {
			v = append(v, 0)
		}
		var c clocked
		clock, k := 0, len(x)
		for k >= 256 {
			for range 4 {
				c.add(v[:4])
				v = v[4:]
			}
			k -= 256
			clock += 64
			c.accumulate(clock)
		}
		for k >= 64 {
			c.add(v[:4])
			v = v[4:]
			k -= 64
			clock += 16
			c.accumulate(clock)
		}
		if k > 0 {
			c.add(v[:4])
		}
		c.accumulate(0)
		folded = append(folded, c.total)
	}
	for len(folded) > 1 {
		half := len(folded) / 2
		for i := range half {
			folded[i] += folded[i+half]
		}
		folded = folded[:half]
	}
	return folded[0]
}

func cellWrittenOut(x []float32) float32 {
	var c clocked
	clock := 0
	for ; len(x) >= 4; x = x[4:] {
		c.add(x[:4])
		clock += 4
		c.accumulate(clock)
	}
	if len(x) > 0 {
		c.add(x)
	}
	c.accumulate(0)
	return c.total
}

// terms are floats of very different size, so that orders show, with zeros of both signs.
func terms(n int) *rapid.Generator[[]float32] {
	return rapid.Custom(func(t *rapid.T) []float32 {
		seed := rapid.Uint32().Draw(t, "seed")
		x := lcgFloats(seed, n)
		for i := range x {
			switch i % 7 {
			case 3:
				x[i] *= 0x1p12
			case 5:
				x[i] = float32(math.Copysign(0, float64(x[i])))
			}
		}
		return x
	})
}

func TestLanesIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := terms(rapid.IntRange(0, 5000).Draw(t, "n")).Draw(t, "x")
		if got, want := Sum(SumOrder{Kind: Lanes}, x), lanesWrittenOut(x); !sameFloat32(got, want) {
			t.Fatalf("%d terms: %x, want %x", len(x), got, want)
		}
	})
}

func TestTilesIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := terms(rapid.IntRange(0, 3000).Draw(t, "n")).Draw(t, "x")
		if got, want := Sum(SumOrder{Kind: Tiles}, x), cellWrittenOut(x); !sameFloat32(got, want) {
			t.Fatalf("%d terms: %x, want %x", len(x), got, want)
		}
	})
}

func TestTilesCutAxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d0, d1 := rapid.IntRange(1, 8).Draw(t, "d0"), rapid.IntRange(1, 300).Draw(t, "d1")
		s0, s1 := rapid.IntRange(1, d0).Draw(t, "s0"), rapid.IntRange(1, d1).Draw(t, "s1")
		c0 := (d0+s0-1)/s0 + rapid.IntRange(0, 2).Draw(t, "empty places")
		x := terms(d0*d1).Draw(t, "x")
		var cells []float32
		for i := range c0 {
			for j := 0; j < d1; j += s1 {
				var cell []float32
				for r := i * s0; r < min((i+1)*s0, d0); r++ {
					cell = append(cell, x[r*d1+j:r*d1+min(j+s1, d1)]...)
				}
				cells = append(cells, cellWrittenOut(cell))
			}
		}
		order := SumOrder{Kind: Tiles, Axes: [4]SumAxis{{d0, s0, c0}, {d1, s1, 0}}}
		if got, want := Sum(order, x), cellWrittenOut(cells); !sameFloat32(got, want) {
			t.Fatalf("%+v: %x, want %x", order, got, want)
		}
	})
}

func TestWindows(t *testing.T) {
	// 33 = 17 + 16 and 100 = 23 + 32 + 32 + 13 in windows of 32: (4 * 32 - 100) / 2 = 14 are missing at the start.
	for _, c := range []struct {
		n    int
		cuts []int
	}{{32, []int{0, 32}}, {33, []int{0, 17, 33}}, {100, []int{0, 18, 50, 82, 100}}} {
		x := lcgFloats(uint32(c.n), c.n)
		var want float32
		for i, lo := range c.cuts[:len(c.cuts)-1] {
			var part float32
			for _, v := range x[lo:c.cuts[i+1]] {
				part += v
			}
			want += part
		}
		if got := Sum(SumOrder{Kind: Windows, Window: 32}, x); got != want {
			t.Errorf("%d terms: %x, want %x", c.n, got, want)
		}
	}
	// Two axes, 3 x 40: windows of 3 x 20, the terms of each in row-major order.
	x := lcgFloats(7, 120)
	var parts [2]float32
	for r := range 3 {
		for i, v := range x[40*r : 40*r+40] {
			parts[i/20] += v
		}
	}
	order := SumOrder{Kind: Windows, Window: 32, Axes: [4]SumAxis{{Size: 3}, {Size: 40}}}
	if got, want := Sum(order, x), parts[0]+parts[1]; got != want {
		t.Errorf("two axes: %x, want %x", got, want)
	}
}

// Windows of lanes: of 50 terms 25 are in each window of 32, the first seven places of the first one being empty, and lane 0
// begins where a whole window would.
func TestLaneWindows(t *testing.T) {
	x := lcgFloats(50, 50)
	padded := make([]float32, 64)
	copy(padded[7:], x)
	whole := SumOrder{Kind: Lanes}
	first, second := Sum(whole, padded[:32]), Sum(whole, padded[32:])
	for _, plain := range []bool{false, true} {
		if got, want := Sum(SumOrder{Kind: Lanes, Window: 32, Plain: plain}, x), first+second; got != want {
			t.Errorf("plain %v: %x, want %x", plain, got, want)
		}
	}
	// Three windows tell the orders of their sums apart: lanes fold the third into the first.
	x = make([]float32, 96)
	x[0], x[32], x[64] = 1, 1<<24, 1
	for plain, want := range map[bool]float32{false: 1<<24 + 2, true: 1 << 24} {
		if got := Sum(SumOrder{Kind: Lanes, Window: 32, Plain: plain}, x); got != want {
			t.Errorf("three windows, plain %v: %v, want %v", plain, got, want)
		}
	}
}

// Every column of SumRows is the sum of its elements.
func TestSumRowsIsSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(0, 600).Draw(t, "rows"), rapid.IntRange(1, 20).Draw(t, "columns")
		step := columns + rapid.IntRange(0, 3).Draw(t, "gap")
		order := rapid.SampledFrom([]SumOrder{
			{}, {Kind: PairwiseSum}, {Kind: Windows, Window: 32}, {Kind: Lanes}, {Kind: Tiles}, {Kind: Tiles, Axes: [4]SumAxis{{rows, 100, 7}}},
		}).Draw(t, "order")
		if rows == 0 {
			order.Axes = [4]SumAxis{}
		}
		x := terms(rows*step).Draw(t, "x")
		dst := lcgFloats(3, columns)
		SumRows(order, dst, x, step, rows)
		for c := range columns {
			var column []float32
			for r := range rows {
				column = append(column, x[r*step+c])
			}
			if want := Sum(order, column); !sameFloat32(dst[c], want) {
				t.Fatalf("%+v, %d rows: column %d is %x, want %x", order, rows, c, dst[c], want)
			}
		}
	})
}

func TestSumSpecialValues(t *testing.T) {
	inf, nan, zero := float32(math.Inf(1)), float32(math.NaN()), float32(0)
	negativeZero := float32(math.Copysign(0, -1))
	for _, order := range []SumOrder{{}, {Kind: Windows, Window: 32}, {Kind: Lanes}, {Kind: Tiles}} {
		for _, c := range []struct {
			x    []float32
			want float32
		}{
			{nil, 0}, {[]float32{negativeZero, negativeZero}, zero}, {[]float32{inf, 1}, inf}, {[]float32{inf, -inf}, nan}, {[]float32{nan, 1}, nan},
		} {
			if got := Sum(order, c.x); !sameFloat32(got, c.want) {
				t.Errorf("%+v: sum of %v is %v, want %v", order, c.x, got, c.want)
			}
		}
	}
	// The compensation of an infinite block is dropped, not carried into the next.
	x := make([]float32, 4096)
	x[0] = inf
	if got := Sum(SumOrder{Kind: Lanes}, x); got != inf {
		t.Errorf("infinity in the first block gives %v", got)
	}
}

func TestSumPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("axes that do not hold the terms: no panic")
		}
	}()
	Sum(SumOrder{Kind: Windows, Window: 32, Axes: [4]SumAxis{{Size: 3}}}, make([]float32, 4))
}

func BenchmarkSum(b *testing.B) {
	for _, n := range []int{5, 128, 1536, 3072} {
		x := lcgFloats(1, n)
		b.Run("Lanes/"+string(rune('0'+n/1000))+"k", func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for range b.N {
				Sum(SumOrder{Kind: Lanes}, x)
			}
		})
	}
	x, dst := lcgFloats(1, 7680*64), make([]float32, 64)
	b.Run("Tiles", func(b *testing.B) {
		b.SetBytes(int64(4 * len(x)))
		for range b.N {
			SumRows(SumOrder{Kind: Tiles}, dst, x, 64, 7680)
		}
	})
}
