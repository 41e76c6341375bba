package sequence

import (
	"math/rand/v2"
	"strings"
	"testing"
)

var fuzzSeeds = []struct{ text, region string }{
	{sample, ""}, {sample, "one:3-5"}, {sample, "two"}, {sample, "id.2:1-2"}, {sample, "odd"},
	{packed(sample), "last:0-3"}, {">x\nACGT", ":1-3"}, {">", ""}, {"\x1f\x8b", "a"},
}

// checkParser reads anything as FASTA: it must give a sequence that reads back the same, or a one-line error.
func checkParser(t *testing.T, text, region string) {
	s, err := readText(text, region)
	if err != nil {
		if s != nil {
			t.Errorf("%.200q, %.80q: both a sequence and %v", text, region, err)
		}
		if message := err.Error(); message == "" || strings.ContainsAny(message, "\n\r") || len(message) > 600 {
			t.Errorf("%.200q, %.80q: error %q is not one clear line", text, region, message)
		}
		return
	}
	if s.Len() == 0 || s.Len() > MaxLength {
		t.Fatalf("%.200q, %.80q: %d bases", text, region, s.Len())
	}
	again, err := readText(">x\n"+s.Letters()+"\n", "")
	if err != nil || again.SHA256() != s.SHA256() {
		t.Errorf("%.200q, %.80q: read back %v, %v", text, region, again, err)
	}
}

func FuzzFASTA(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed.text, seed.region)
	}
	f.Fuzz(checkParser)
}

// The fuzz target with a fixed number of mutated inputs, the same in every run.
func TestFASTAMutations(t *testing.T) {
	const rounds = 20_000
	random := rand.New(rand.NewPCG(1, 2))
	mutate := func(text string) string {
		b := []byte(text)
		for range random.IntN(4) {
			at := random.IntN(len(b) + 1)
			switch insert := "\n>:-|ACGTN \x00\xff\r0"; random.IntN(4) {
			case 0:
				b = b[:at]
			case 1:
				b = append(b[:at:at], append([]byte{insert[random.IntN(len(insert))]}, b[at:]...)...)
			case 2:
				if at < len(b) {
					b[at] = byte(random.Uint32())
				}
			case 3:
				b = append(b[at:], b[:at]...)
			}
		}
		return string(b)
	}
	read := 0
	for range rounds {
		seed := fuzzSeeds[random.IntN(len(fuzzSeeds))]
		text, region := mutate(seed.text), mutate(seed.region)
		checkParser(t, text, region)
		if _, err := readText(text, region); err == nil {
			read++
		}
	}
	if read < rounds/20 || read > rounds*19/20 {
		t.Errorf("%d of %d inputs were read: the mutations are too mild or too wild", read, rounds)
	}
}
