package sequence

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// records walks over the records of a plain FASTA stream in constant memory. Between calls it stands at a line's start.
type records struct {
	in    *bufio.Reader
	begun bool // a record has been seen
}

// Classes of a byte in a sequence line, beside the codes 0 to 4 of A C G T N.
const (
	otherLetter = 5 + iota // counts as a position, but is no base
	blank                  // between letters
	junk                   // not part of any FASTA file
)

// codeOf holds the code or class of each byte.
var codeOf = func() (table [256]uint8) {
	for b := range table {
		table[b] = junk
	}
	for upper := 'A'; upper <= 'Z'; upper++ {
		table[upper], table[upper|0x20] = otherLetter, otherLetter
	}
	for _, b := range "-*." {
		table[b] = otherLetter
	}
	for _, b := range " \t\r\n" {
		table[b] = blank
	}
	for code, upper := range letters {
		table[upper], table[upper|0x20] = uint8(code), uint8(code)
	}
	return table
}()

// next moves to the next record and returns its header without ">". It returns io.EOF after the last one.
func (r *records) next() (string, error) {
	for {
		b, err := r.in.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) && !r.begun {
				return "", errors.New("the file holds no FASTA record")
			}
			return "", err
		}
		if b == '>' {
			r.begun = true
			return r.header()
		}
		if !r.begun && codeOf[b] != blank {
			return "", fmt.Errorf("not a FASTA file: it begins with %q, not with '>'", b)
		}
		if b == '\n' {
			continue
		}
		if err := r.line(nil); err != nil {
			return "", err
		}
	}
}

// header reads the rest of a header line and keeps its beginning.
func (r *records) header() (string, error) {
	const longest = 4096
	var header []byte
	err := r.line(func(part []byte) error {
		header = append(header, part[:min(len(part), longest-len(header))]...)
		return nil
	})
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return string(header), nil
}

// line hands the rest of the line, without its line feed, to use in parts of at most the buffer's size. It returns io.EOF if the
// stream ends before the line feed.
func (r *records) line(use func(part []byte) error) error {
	for {
		part, err := r.in.ReadSlice('\n')
		if err == nil {
			part = part[:len(part)-1]
		}
		if use != nil {
			if err := use(part); err != nil {
				return err
			}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// errComplete ends the reading of a record early.
var errComplete = errors.New("complete")

// read returns the wanted part of the record whose header has just been read. Source is set to record and range.
func (r *records) read(name string, want region) (*Sequence, error) {
	e := excerpt{name: name, want: want}
	for {
		b, err := r.in.ReadByte()
		if err == nil && b != '>' {
			if err = r.in.UnreadByte(); err == nil {
				err = r.line(e.add)
			}
		} else if err == nil {
			err = io.EOF
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, errComplete):
			return e.sequence()
		case err != nil:
			return nil, err
		}
	}
}

// excerpt gathers the wanted part of one record.
type excerpt struct {
	name     string
	want     region
	position int // bases of the record so far
	codes    []uint8
}

// add takes a part of a sequence line. It returns errComplete once the wanted range is there.
func (e *excerpt) add(part []byte) error {
	for _, b := range part {
		class := codeOf[b]
		switch {
		case class == blank:
			continue
		case class == junk:
			return fmt.Errorf("record %.80q: %q at position %d does not belong in a sequence", e.name, b, e.position)
		case e.want.ranged && e.position < e.want.start:
			e.position++
			continue
		case class == otherLetter:
			return fmt.Errorf("record %.80q: letter %q at position %d (counted from 0) is none of A C G T N", e.name, b, e.position)
		case len(e.codes) == MaxLength:
			return fmt.Errorf("record %.80q has more than %d bases; name a region NAME:start-end", e.name, MaxLength)
		}
		e.codes = append(e.codes, class)
		e.position++
		if e.want.ranged && e.position == e.want.end {
			return errComplete
		}
	}
	return nil
}

// sequence returns what was gathered, or an error if the record ended too early.
func (e *excerpt) sequence() (*Sequence, error) {
	switch {
	case e.want.ranged && e.position < e.want.end:
		return nil, fmt.Errorf("region %d-%d lies outside record %.80q, which has %d bases", e.want.start, e.want.end, e.name, e.position)
	case len(e.codes) == 0:
		return nil, fmt.Errorf("record %.80q has no bases", e.name)
	}
	start := 0
	if e.want.ranged {
		start = e.want.start
	}
	source := fmt.Sprintf("%s:%d-%d", e.name, start, start+len(e.codes))
	return &Sequence{Codes: e.codes, Source: source}, nil
}
