package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"bf16lab/bf16"
)

// sameValue reports whether two results agree: the same bits, or both NaN.
func sameValue[T float](x, y T) bool {
	return x == y && math.Signbit(float64(x)) == math.Signbit(float64(y)) || x != x && y != y
}

// someValues returns n values: mostly normal ones of mixed magnitude, some zeros of both signs, subnormals and, if special,
// infinities and NaN.
func someValues[T float](r *rand.Rand, n int, special bool) []T {
	v := make([]T, n)
	for i := range v {
		v[i] = T(math.Ldexp(r.NormFloat64(), r.IntN(9)-4))
		switch r.IntN(40) {
		case 0:
			v[i] = 0
		case 1:
			v[i] = T(math.Copysign(0, -1))
		case 2:
			v[i] = T(math.Float32frombits(r.Uint32N(1 << 23)))
		case 3:
			if special && r.IntN(20) == 0 {
				v[i] = []T{T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN())}[r.IntN(3)]
			}
		}
	}
	return v
}

// guard is a value that no product computes; it surrounds the memory that code under test may write.
const guard = -7.0625e30

// guarded returns a slice of n values inside a larger one that is filled with guards, and a function that reports whether
// those around the slice survived.
func guarded[T float](n int) (inner []T, intact func() bool) {
	const margin = 70
	all := make([]T, n+2*margin)
	for i := range all {
		all[i] = guard
	}
	inner = all[margin : margin+n : margin+n]
	return inner, func() bool {
		for i, x := range all {
			if (i < margin || i >= margin+n) && x != guard {
				return false
			}
		}
		return true
	}
}

// eachKernel runs test once for every instruction set of this machine.
func eachKernel(t *testing.T, test func(t *testing.T)) {
	for _, set := range usable() {
		t.Run(set.name, func(t *testing.T) {
			defer forceKernel(set.name)()
			test(t)
		})
	}
}

// Every height, many widths, counts, element distances and modes against the definition, with guards between the rows.
func TestTileKernels(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { checkTiles(t, activeKernels[float32](false), bf16.FMA32) })
		t.Run("float64", func(t *testing.T) { checkTiles(t, activeKernels[float64](false), math.FMA) })
		t.Run("unfused float32", func(t *testing.T) { checkTiles(t, activeKernels[float32](true), multiplyAdd32) })
		t.Run("unfused float64", func(t *testing.T) { checkTiles(t, activeKernels[float64](true), multiplyAdd64) })
	})
}

func checkTiles[T float](t *testing.T, k *kernels[T], fma func(x, y, z T) T) {
	r := rand.New(rand.NewPCG(1, 2))
	for height := 1; height <= k.rows; height++ {
		for width := 1; width <= k.columns; width++ {
			if width < k.columns && !k.masked {
				continue
			}
			for range 12 {
				count, element, stride := 1+r.IntN(13), 1+r.IntN(4), width+r.IntN(5)
				mode := []int{0, modeAdd, modeResume}[r.IntN(3)] | modeOddFirst*r.IntN(2)
				depth := (count-1)*element + 1
				a, b := someValues[T](r, depth*height, true), someValues[T](r, depth*k.columns, true)
				got, intact := guarded[T]((height-1)*stride + width)
				want := make([]T, len(got))
				for i := range got {
					if i%stride < width {
						got[i] = T(r.NormFloat64())
					}
					want[i] = got[i]
				}
				k.tile(mode, count, element, height, width, &a[0], &b[0], &got[0], stride)
				tileGo(mode, count, element, height, width, k.columns, &a[0], &b[0], &want[0], stride, fma)
				if at := firstDifference(got, want); at >= 0 || !intact() {
					t.Fatalf("mode %d count %d element %d tile %dx%d stride %d: intact %v, result %d",
						mode, count, element, height, width, stride, intact(), at)
				}
			}
		}
	}
}

func TestTreeKernels(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		t.Run("float32", checkTrees[float32])
		t.Run("float64", checkTrees[float64])
	})
}

func checkTrees[T float](t *testing.T) {
	k := activeKernels[T](true)
	r := rand.New(rand.NewPCG(17, 18))
	for range 200 {
		groups, element, height := 1+r.IntN(4), 1+r.IntN(4), 1+r.IntN(6)
		depth := (groups*treeLeaves-1)*element + 1
		a, b := someValues[T](r, (depth-1)*height+1, true), someValues[T](r, depth*k.columns, true)
		got, intact := guarded[T](groups * k.columns)
		want := make([]T, len(got))
		k.tree(groups, element, height, &a[0], &b[0], &got[0])
		treeColumns(groups, element, height, k.columns, &a[0], &b[0], &want[0])
		if at := firstDifference(got, want); at >= 0 || !intact() {
			t.Fatalf("groups %d element %d height %d: intact %v, result %d", groups, element, height, intact(), at)
		}
	}
}

// firstDifference returns the first index at which the slices disagree, or -1.
func firstDifference[T float](got, want []T) int {
	for i := range want {
		if !sameValue(got[i], want[i]) {
			return i
		}
	}
	return -1
}

func TestForceKernel(t *testing.T) {
	before := Kernels()
	restore := forceKernel("go")
	if Kernels() != "go" {
		t.Errorf("forced go, using %s", Kernels())
	}
	restore()
	if Kernels() != before {
		t.Errorf("restored %s, using %s", before, Kernels())
	}
	defer func() {
		if fmt.Sprint(recover()) != "cpu: no kernels for abacus" {
			t.Error("an unknown instruction set must panic")
		}
	}()
	forceKernel("abacus")
}
