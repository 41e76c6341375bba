package sequence

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the genome below
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"bf16lab/internal/nearest"
)

// EmbeddedName is the path that FASTA resolves to the embedded genome of phage lambda when no such file exists.
const EmbeddedName = "lambda_virus.fa.gz"

//go:embed data/lambda_virus.fa.gz
var embedded []byte

// FASTA returns the bases of a region of a FASTA file, plain or gzip (told apart by content, not by name).
//
// region is NAME:start-end (zero-based, half-open), NAME for the whole record, or empty for the whole first record;
// ":start-end" is a range of the first record. NAME is the first word of the header or an id in it (see the example of
// NC_001416.1 in gi|9626243|ref|NC_001416.1|); of several records with the same name the first is meant.
//
// Letters may be of either case. Within the region only A C G T N are allowed; elsewhere other letters are only counted.
// The file is read as a stream and no further than needed: memory is bounded by MaxLength bases whatever the file's size,
// and damage behind the region goes unnoticed.
//
// If no file lambda_virus.fa.gz exists in the working folder, that path means the embedded genome (NC_001416.1, 48,502
// bases).
func FASTA(path, region string) (*Sequence, error) {
	want, err := parseRegion(region)
	if err != nil {
		return nil, fmt.Errorf("sequence: %w", err)
	}
	in, described, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("sequence: %w", err)
	}
	defer in.Close()
	s, err := readFASTA(in, want)
	if err != nil {
		return nil, fmt.Errorf("sequence: read %s: %w", described, err)
	}
	s.Source = "FASTA " + described + ", " + s.Source
	return s, nil
}

// open returns the file, or the embedded genome, and how to call it in a message.
func open(path string) (io.ReadCloser, string, error) {
	file, err := os.Open(path)
	switch {
	case err == nil:
		return file, path, nil
	case path == EmbeddedName && errors.Is(err, fs.ErrNotExist):
		return io.NopCloser(bytes.NewReader(embedded)), path + " (embedded)", nil
	}
	return nil, "", err
}

// readFASTA reads a region from a plain or gzip stream.
func readFASTA(in io.Reader, want region) (*Sequence, error) {
	buffered := bufio.NewReaderSize(in, 1<<16)
	if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, explain(err)
		}
		buffered = bufio.NewReaderSize(unpacked, 1<<16)
	}
	s, err := find(&records{in: buffered}, want)
	if err != nil {
		return nil, explain(err)
	}
	return s, nil
}

// explain says in words what the errors of the gzip reader mean.
func explain(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the gzip stream is truncated")
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("the gzip stream is damaged (%w)", err)
	}
	return err
}

// find walks over the records to the one that is wanted and reads it.
func find(r *records, want region) (*Sequence, error) {
	var closest string
	least, count := -1, 0
	for {
		header, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		count++
		names := namesOf(header)
		if here, ok := want.in(names); ok {
			return r.read(names[0], here)
		}
		for _, name := range names {
			if d := nearest.Distance(want.name, name); least < 0 || d < least {
				closest, least = name, d
			}
		}
	}
	hint := ""
	if !want.ranged && strings.Contains(want.name, ":") {
		hint = " (a range is written NAME:start-end)"
	}
	return nil, fmt.Errorf("no record %.80q%s; the nearest name among %d is %.80q", want.name, hint, count, closest)
}
