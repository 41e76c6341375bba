package reference

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"codeberg.org/sbinet/npyio/npy"
)

const (
	largestArray  = 1 << 31 // bytes of one array
	largestTotal  = 1 << 33 // bytes of all arrays that are read
	largestHeader = 1 << 16 // bytes of the header of an array
)

// archive is an open npz file.
type archive struct {
	*zip.ReadCloser
	entries map[string]*zip.File
	left    int64 // bytes that may still be read
}

func openArchive(path string) (*archive, error) {
	r, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	a := &archive{ReadCloser: r, entries: map[string]*zip.File{}, left: largestTotal}
	for _, f := range r.File {
		name := strings.TrimSuffix(f.Name, ".npy")
		if a.entries[name] != nil {
			r.Close()
			return nil, fmt.Errorf("array %q is there twice", name)
		}
		a.entries[name] = f
	}
	return a, nil
}

// names returns the names of the arrays in the order of the file.
func (a *archive) names() []string {
	out := make([]string, len(a.File))
	for i, f := range a.File {
		out[i] = strings.TrimSuffix(f.Name, ".npy")
	}
	return out
}

// read reads an array of a tensor of the given shape and dtype: sampled of its elements in one row, or, if that is 0 or the
// size of the tensor, the whole tensor.
func (a *archive) read(name string, shape []int, dtype string, sampled int) (Array, error) {
	out := Array{Name: name, DType: dtype, Shape: shape}
	fail := func(format string, args ...any) (Array, error) {
		return Array{}, fmt.Errorf("array %q: "+format, append([]any{name}, args...)...)
	}
	kind, ok := units[dtype]
	if !ok {
		return fail("dtype %q", dtype)
	}
	out.unit = kind.bytes
	if out.size, ok = size(shape, largestTotal); !ok {
		return fail("shape %v", shape)
	}
	count := out.size
	if sampled != 0 {
		count = sampled
	}
	if count < 0 || count > out.size || count > largestArray/out.unit {
		return fail("%d of %d elements", count, out.size)
	}
	entry := a.entries[name]
	if entry == nil {
		return fail("described but not there")
	}
	raw, header, err := a.open(entry, int64(count*out.unit))
	if err != nil {
		return fail("%w", err)
	}
	if got := strings.Trim(header.Descr.Type, "'"); got != kind.stored {
		return fail("stored as %q, want %q for %s", got, kind.stored, dtype)
	}
	stored, ok := size(header.Descr.Shape, largestArray)
	if !ok || stored != count || header.Descr.Fortran {
		return fail("stored shape %v (Fortran order: %t), want %d elements", header.Descr.Shape, header.Descr.Fortran, count)
	}
	out.raw = raw
	return out, nil
}

// size returns the product of a shape; ok is false for negative axes and products beyond the limit.
func size(shape []int, limit int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > limit/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// open reads the data of an entry, which must be of the given size, and its header.
func (a *archive) open(entry *zip.File, bytesWanted int64) ([]byte, npy.Header, error) {
	total := int64(entry.UncompressedSize64)
	if total < bytesWanted || total > bytesWanted+largestHeader {
		return nil, npy.Header{}, fmt.Errorf("%d bytes, want %d and a header", total, bytesWanted)
	}
	if a.left -= total; a.left < 0 {
		return nil, npy.Header{}, fmt.Errorf("more than %d bytes in the file", int64(largestTotal))
	}
	r, err := entry.Open()
	if err != nil {
		return nil, npy.Header{}, err
	}
	defer r.Close()
	data := make([]byte, total)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, npy.Header{}, err
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF {
		// Reading to the end also checks the sum.
		return nil, npy.Header{}, fmt.Errorf("entry does not end where it says: %v", err)
	}
	start := int(total - bytesWanted)
	header, err := readHeader(data[:start])
	return data[start:], header, err
}

// readHeader reads the header of an array; text is the header and nothing more.
func readHeader(text []byte) (h npy.Header, err error) {
	// The reader of npyio slices the header at the places where it expects the keys.
	defer func() {
		if recover() != nil {
			err = errors.New("malformed header")
		}
	}()
	// Version 1, which numpy writes: magic number, version, length of the rest in two bytes.
	if len(text) < 10 || text[6] != 1 || int(text[8])|int(text[9])<<8 != len(text)-10 {
		return h, errors.New("malformed header")
	}
	r, err := npy.NewReader(bytes.NewReader(text))
	if err != nil {
		return h, err
	}
	return r.Header, nil
}
