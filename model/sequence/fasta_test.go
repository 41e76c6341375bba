package sequence

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

const sample = "\n>one first record\r\nACGT\r\nacgtn\r\n\n>two|id.2| x\nGG GG\n\tTT\n>one again\nAAAA\n>odd\nAARNN\n>chr1:2-4 excerpt\nTTTT\n>empty\n>last\nCCA"

func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	io.WriteString(w, text)
	w.Close()
	return out.String()
}

// readText reads a region of a FASTA text.
func readText(text, region string) (*Sequence, error) {
	want, err := parseRegion(region)
	if err != nil {
		return nil, err
	}
	return readFASTA(strings.NewReader(text), want)
}

func TestRegions(t *testing.T) {
	for _, c := range []struct{ region, letters, source string }{
		{"", "ACGTACGTN", "one:0-9"},
		{"one", "ACGTACGTN", "one:0-9"}, // the first of two with that name
		{"one:0-9", "ACGTACGTN", "one:0-9"},
		{"one:3-5", "TA", "one:3-5"},
		{":3-5", "TA", "one:3-5"},
		{"one:8-9", "N", "one:8-9"},
		{"two|id.2|:2-6", "GGTT", "two|id.2|:2-6"},
		{"id.2:2-6", "GGTT", "two|id.2|:2-6"},
		{"id.2", "GGGGTT", "two|id.2|:0-6"},
		{"odd:0-2", "AA", "odd:0-2"}, // stops before the R
		{"odd:3-5", "NN", "odd:3-5"}, // counts the R
		{"chr1:2-4", "TTTT", "chr1:2-4:0-4"},
		{"chr1:2-4:1-2", "T", "chr1:2-4:1-2"},
		{"last", "CCA", "last:0-3"},
		{"last:2-3", "A", "last:2-3"},
	} {
		for name, text := range map[string]string{"plain": sample, "gzip": packed(sample), "two gzip members": packed(sample[:40]) + packed(sample[40:])} {
			s, err := readText(text, c.region)
			if err != nil {
				t.Errorf("%s, %q: %v", name, c.region, err)
			} else if s.Letters() != c.letters || s.Source != c.source {
				t.Errorf("%s, %q: got %s from %s, want %s from %s", name, c.region, s.Letters(), s.Source, c.letters, c.source)
			}
		}
	}
}

func TestFASTAErrors(t *testing.T) {
	zipped := packed(strings.Repeat(sample, 100))
	flipped := []byte(packed(">a\nACGT\n"))
	flipped[len(flipped)-6] ^= 1 // the checksum
	for _, c := range []struct{ name, text, region, want string }{
		{"empty file", "", "", "no FASTA record"},
		{"blank file", " \n\n", "", "no FASTA record"},
		{"no header", "ACGT\n", "", `begins with 'A'`},
		{"zip", "PK\x03\x04", "", `begins with 'P'`},
		{"zeros", "\x00\x00", "", `begins with '\x00'`},
		{"gzip twice", packed(packed(sample)), "", `not a FASTA file`},
		{"gzip of nothing", packed(""), "", "no FASTA record"},
		{"gzip header only", zipped[:5], "", "truncated"},
		{"truncated gzip", zipped[:len(zipped)/2], "nowhere", "truncated"},
		{"damaged gzip", string(flipped), "a", "damaged"},
		{"garbage behind gzip", packed(">a\nAC\n") + "garbage!!!", "a", "damaged"},
		{"letter", sample, "odd", `record "odd": letter 'R' at position 2 (counted from 0) is none of A C G T N`},
		{"letter in range", ">x\nACGT\nACZT\n", "x:3-8", `letter 'Z' at position 6`},
		{"RNA", ">x\nACGU\n", "", `letter 'U' at position 3`},
		{"gap", ">x\nAC-T\n", "", `letter '-' at position 2`},
		{"binary", ">x\nAC\x01T\n", "", `'\x01' at position 2`},
		{"binary before the range", ">x\nAC\x01TTT\n", "x:4-5", `'\x01' at position 2`},
		{"header inside a line", ">x\nAC>y\nT\n", "", `'>' at position 2`},
		{"beyond", sample, "one:5-10", `region 5-10 lies outside record "one", which has 9 bases`},
		{"far beyond", sample, "last:100-200", `lies outside record "last", which has 3 bases`},
		{"beyond an empty record", sample, "empty:0-1", `record "empty", which has 0 bases`},
		{"empty record", sample, "empty", `record "empty" has no bases`},
		{"only a header", ">x", "", `record "x" has no bases`},
		{"unknown", sample, "twoo|id.2|", `no record "twoo|id.2|"; the nearest name among 7 is "two|id.2|"`},
		{"unknown id", sample, "id.3:0-1", `no record "id.3"; the nearest name among 7 is "id.2"`},
		{"position instead of range", sample, "one:5", `(a range is written NAME:start-end)`},
		{"half a range", sample, "one:5-", `(a range is written NAME:start-end)`},
		{"empty range", sample, "one:5-5", `"one:5-5" is empty`},
		{"backwards", sample, "one:5-4", `"one:5-4" is empty`},
		{"too large a number", sample, "one:0-99999999999999999999", `too large`},
		{"too long", sample, fmt.Sprintf("one:0-%d", MaxLength+1), "at most 16777216"},
		{"long name", ">" + strings.Repeat("x", 1<<20) + "\nA\n", "y" + strings.Repeat("z", 1<<20), `no record "yzz`},
	} {
		s, err := readText(c.text, c.region)
		if err == nil || s != nil {
			t.Errorf("%s: no error", c.name)
		} else if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "\n") || len(text) > 400 {
			t.Errorf("%s: error %.500q does not contain %q", c.name, text, c.want)
		}
	}
}

func TestFASTAFiles(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "no-suffix")
	if err := os.WriteFile(path, []byte(packed(sample)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := FASTA(path, "one:0-4")
	if err != nil || s.Letters() != "ACGT" || s.Source != "FASTA "+path+", one:0-4" {
		t.Errorf("got %v, %v", s, err)
	}
	for _, c := range []struct{ path, region, want string }{
		{path, "one:0-99", "read " + path + ": region 0-99 lies outside"},
		{path, "one:9-3", `region "one:9-3" is empty`},
		{filepath.Join(folder, "missing.fa"), "", "missing.fa: no such file"},
		{filepath.Join(folder, EmbeddedName), "", EmbeddedName + ": no such file"}, // only the bare name is embedded
		{folder, "", "is a directory"},
	} {
		if s, err := FASTA(c.path, c.region); err == nil || s != nil || !strings.HasPrefix(err.Error(), "sequence: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, %q: error %v does not contain %q", c.path, c.region, err, c.want)
		}
	}
}

// The digests are those of zcat | grep -v '>' | tr -d '\n' | sha256sum on NCBI's file.
func TestEmbeddedGenome(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		region string
		length int
		sha256 string
	}{
		{"", 48502, "36432a40f602258d19ae7c8152ddbc30390b559f2859c01d7047c77b048c71b3"},
		{"NC_001416.1", 48502, "36432a40f602258d19ae7c8152ddbc30390b559f2859c01d7047c77b048c71b3"},
		{"NC_001416.1:0-4096", 4096, "afd836466077d3bdb50850b9035e7f5f2ef151329ecd4aaaeb35fa7111b19f54"},
	} {
		s, err := FASTA(EmbeddedName, c.region)
		if err != nil || s.Len() != c.length || s.SHA256() != c.sha256 {
			t.Errorf("%q: got %d bases, digest %s, %v", c.region, s.Len(), s.SHA256(), err)
			continue
		}
		if !strings.HasPrefix(s.Source, "FASTA lambda_virus.fa.gz (embedded), gi|9626243|ref|NC_001416.1|:0-") {
			t.Errorf("%q: source %q", c.region, s.Source)
		}
	}
	if _, err := FASTA(EmbeddedName, "NC_001416.1:48000-49000"); err == nil || !strings.Contains(err.Error(), "48502 bases") {
		t.Errorf("beyond the end: error %v does not name the length", err)
	}
	if _, err := FASTA(EmbeddedName, "NC_001416.2"); err == nil || !strings.Contains(err.Error(), `"NC_001416.1"`) {
		t.Errorf("unknown record: error %v does not name the nearest", err)
	}
	if err := os.WriteFile(EmbeddedName, []byte(">own\nAC\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := FASTA(EmbeddedName, ""); err != nil || s.Letters() != "AC" {
		t.Errorf("a file of that name does not take precedence: %v, %v", s, err)
	}
}

// endless repeats a text until n bytes have been read.
type endless struct {
	text string
	n    int64
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(int64(len(p)), e.n)], e.text[e.at:])
	e.at, e.n = (e.at+n)%len(e.text), e.n-int64(n)
	return n, nil
}

// A genome passes through in constant memory, with lines of any length.
func TestFASTAStreams(t *testing.T) {
	for _, line := range []string{strings.Repeat("ACGTRYKM", 8) + "\n", strings.Repeat("acgtn", 1000)} {
		genome := io.MultiReader(
			strings.NewReader(">"), &endless{text: "header", n: 64 << 20}, strings.NewReader("\n>chr1\n"), &endless{text: line, n: 64 << 20},
			strings.NewReader("\n>chr2\n"), &endless{text: line, n: 64 << 20},
			strings.NewReader("\nTTTTCC"), iotest.ErrReader(errors.New("read too far")),
		)
		bases := 64 << 20
		if strings.HasSuffix(line, "\n") {
			bases = bases/len(line)*(len(line)-1) + bases%len(line)
		}
		want, err := parseRegion(fmt.Sprintf("chr2:%d-%d", bases+2, bases+6))
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := readFASTA(genome, want)
		runtime.ReadMemStats(&after)
		if err != nil || s.Letters() != "TTCC" {
			t.Errorf("got %v, %v", s, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("192 MiB of FASTA took %d bytes of memory", used)
		}
	}
}

func TestFASTAWholeRecordIsBounded(t *testing.T) {
	for _, c := range []struct {
		bases int64
		ok    bool
	}{{MaxLength, true}, {MaxLength + 1, false}} {
		s, err := readFASTA(io.MultiReader(strings.NewReader(">x\n"), &endless{text: "ACGT", n: c.bases}), region{})
		if c.ok && (err != nil || s.Len() != MaxLength) {
			t.Errorf("%d bases: %v", c.bases, err)
		}
		if !c.ok && (err == nil || !strings.Contains(err.Error(), `record "x" has more than 16777216 bases`)) {
			t.Errorf("%d bases: error %v", c.bases, err)
		}
	}
}

// Whatever the layout of the file, a region is a slice of the record's letters.
func TestFASTAProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.StringMatching(`[ACGTNacgtn]{1,200}`), 1, 5).Draw(t, "records")
		ending := rapid.SampledFrom([]string{"\n", "\r\n", "\n\n", " \n"}).Draw(t, "ending")
		width := rapid.IntRange(1, 90).Draw(t, "width")
		var text strings.Builder
		for i, letters := range records {
			fmt.Fprintf(&text, ">r%d words%s", i, ending)
			for start := 0; start < len(letters); start += width {
				text.WriteString(letters[start:min(start+width, len(letters))] + ending)
			}
		}
		file := text.String()
		if rapid.Bool().Draw(t, "gzip") {
			file = packed(file)
		}
		which := rapid.IntRange(0, len(records)-1).Draw(t, "record")
		letters := strings.ToUpper(records[which])
		start := rapid.IntRange(0, len(letters)-1).Draw(t, "start")
		end := rapid.IntRange(start+1, len(letters)+3).Draw(t, "end")
		s, err := readText(file, fmt.Sprintf("r%d:%d-%d", which, start, end))
		switch {
		case end > len(letters):
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("has %d bases", len(letters))) {
				t.Fatalf("error %v does not name the length %d", err, len(letters))
			}
		case err != nil:
			t.Fatal(err)
		case s.Letters() != letters[start:end]:
			t.Fatalf("got %s, want %s", s.Letters(), letters[start:end])
		}
		if s, err := readText(file, fmt.Sprintf("r%d", which)); err != nil || s.Letters() != letters {
			t.Fatalf("whole record: got %v, %v", s, err)
		}
	})
}
