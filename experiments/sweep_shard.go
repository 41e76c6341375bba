package experiments

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is a part of the replays of a sweep, the first of four as 1/4. The zero value is the whole sweep.
//
// The shards take the replays in turn, so that each has about as many of every length.
type Shard struct{ Index, Count int }

// maxShards bounds the number of shards.
const maxShards = maxSweep

// UnmarshalText reads the form 1/4.
func (s *Shard) UnmarshalText(text []byte) error {
	index, count, _ := strings.Cut(string(text), "/")
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(count)
	if err != nil || err2 != nil || i < 1 || i > n || n > maxShards {
		return fmt.Errorf("want i/n with i from 1 to n, such as 1/4, got %.80q", text)
	}
	*s = Shard{i, n}
	return nil
}

// String returns the form that UnmarshalText reads, and all for the whole sweep.
func (s Shard) String() string {
	if s.Count == 0 {
		return "all"
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// Has tells whether replay i of the sweep, from 0, belongs to the shard.
func (s Shard) Has(i int) bool { return s.Count == 0 || i%s.Count == s.Index-1 }
