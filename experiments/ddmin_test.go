package experiments

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// firstOf makes what ddmin asks of a rule, and keeps the sets that were asked for.
func firstOf(asked *[][]int, passes func([]int) bool) func([][]int) (int, error) {
	return func(candidates [][]int) (int, error) {
		*asked = append(*asked, candidates...)
		return slices.IndexFunc(candidates, passes), nil
	}
}

// upTo returns 0, 1, ..., n-1.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// TestDdminFindsWhatIsNeeded: where a set passes as soon as it holds some items, those are found.
func TestDdminFindsWhatIsNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "items")
		needed := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID[int]).Draw(t, "needed")
		slices.Sort(needed)
		var asked [][]int
		got, err := ddmin(upTo(n), firstOf(&asked, func(set []int) bool {
			return !slices.ContainsFunc(needed, func(i int) bool { return !slices.Contains(set, i) })
		}))
		if err != nil || !slices.Equal(got, needed) {
			t.Fatalf("got %v, %v, want %v", got, err, needed)
		}
		if limit := n*n + 3*n; len(asked) > limit {
			t.Errorf("%d sets of %d items were tried, at most %d expected", len(asked), n, limit)
		}
	})
}

// TestDdminOnAnyRule: for a rule without any order, such as one that passes by luck here and there, the result passes and nothing
// can be left out.
func TestDdminOnAnyRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "items")
		seed := rapid.Uint64().Draw(t, "seed")
		share := rapid.Uint64Range(0, 9).Draw(t, "tenths that pass")
		passes := func(set []int) bool {
			if len(set) == n {
				return true
			}
			h := seed
			for _, i := range set {
				h = (h ^ uint64(i+1)) * 0x9e3779b97f4a7c15
				h ^= h >> 29
			}
			return h%10 < share
		}
		var asked [][]int
		got, err := ddmin(upTo(n), firstOf(&asked, passes))
		if err != nil || !passes(got) {
			t.Fatalf("%v, %v does not pass", got, err)
		}
		if !slices.IsSorted(got) {
			t.Errorf("%v is not in the order of the items", got)
		}
		for i := range got {
			if less := slices.Delete(slices.Clone(got), i, i+1); len(less) > 0 && passes(less) {
				t.Errorf("%v passes, and so does %v", got, less)
			}
		}
	})
}

// TestDdminUnderNoise: the error of a set is what its items leave, up to some percent of noise that each repeat has of its own. If
// what is needed makes more difference than the noise, the worst of some repeats finds exactly that.
func TestDdminUnderNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 25).Draw(t, "items")
		needed := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, min(n, 4), rapid.ID[int]).Draw(t, "needed")
		slices.Sort(needed)
		seed := rapid.Uint64().Draw(t, "seed")
		const bound, noise, repeats = 2.5e-2, 0.05, 3
		worst := func(set []int) float64 {
			e := 1.9e-2
			for _, i := range needed {
				if !slices.Contains(set, i) {
					e += 1e-2
				}
			}
			out := 0.0
			for r := range uint64(repeats) {
				h := seed + r
				for _, i := range set {
					h = (h ^ uint64(i+1)) * 0xbf58476d1ce4e5b9
					h ^= h >> 31
				}
				out = max(out, e*(1+noise*(float64(h%2001)/1000-1)))
			}
			return out
		}
		var asked [][]int
		got, err := ddmin(upTo(n), firstOf(&asked, func(set []int) bool { return worst(set) < bound }))
		if err != nil || !slices.Equal(got, needed) {
			t.Errorf("got %v, %v, want %v", got, err, needed)
		}
	})
}

func TestDdminHandsErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	for _, failing := range []int{1, 2} {
		calls := 0
		_, err := ddmin(upTo(8), func([][]int) (int, error) {
			calls++
			if calls == failing {
				return 0, broken
			}
			return -1, nil
		})
		if !errors.Is(err, broken) {
			t.Errorf("call %d: error %v", failing, err)
		}
	}
}
