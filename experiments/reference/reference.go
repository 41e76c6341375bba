package reference

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// File is one reference run.
type File struct {
	Path     string
	Mode     string // bf16-prim, bf16-jit, f32-prim, f64-prim, ...
	Seed     uint64 // of the synthetic weights, and of the inputs of block cases
	Length   int    // of the sequence; 0 for block cases
	Input    Input  // what the model ran on; zero for block cases
	Organism string // human or mouse; empty for block cases

	Cases []Case  // of block cases, in the order of the file
	Taps  []Array // of a whole-model run, in execution order
}

// Input says what sequence a model ran on: a file, or, where that is empty, numpy's RandomState(Seed).randint(0, 4, (1, S)).
type Input struct {
	FASTA string
	Seed  uint32
}

// Case is one building block with its outputs.
type Case struct {
	Name    string
	Inputs  []CaseInput
	Outputs []Array
}

// CaseInput is an input of a block case: synthetic values between -Scale and Scale.
type CaseInput struct {
	Name  string  `json:"name"`
	Shape []int   `json:"shape"`
	Scale float64 `json:"scale"`
}

// description is the JSON file of both layouts.
type description struct {
	Mode  string                     `json:"mode"`
	Seed  *uint64                    `json:"seed"`
	Cases map[string]caseDescription `json:"cases"`

	Length   int             `json:"S"`
	Weights  json.RawMessage `json:"weights"`
	Input    json.RawMessage `json:"input"`
	Organism json.RawMessage `json:"organism"`
	Taps     []tapDescription
}

type caseDescription struct {
	Inputs  []CaseInput `json:"inputs"`
	Outputs []struct {
		Shape []int  `json:"shape"`
		DType string `json:"dtype"`
	} `json:"outputs"`
}

type tapDescription struct {
	Name    string `json:"name"`
	Shape   []int  `json:"shape"`
	DType   string `json:"dtype"`
	Sampled int    `json:"sampled"`
}

const (
	largestDescription = 64 << 20 // bytes of JSON
	longestSequence    = 1 << 24
)

// Load reads the npz file at path and the JSON file beside it, whose name is the same but for the ending. Every array that
// the JSON file describes must be there, with the shape and dtype that it says; other arrays are not read.
func Load(path string) (*File, error) {
	f, err := load(path)
	if err != nil {
		return nil, fmt.Errorf("reference: %s: %w", path, err)
	}
	return f, nil
}

func load(path string) (*File, error) {
	stem, ok := strings.CutSuffix(path, ".npz")
	if !ok {
		return nil, errors.New("want a file that ends in .npz")
	}
	d, err := describe(stem + ".json")
	if err != nil {
		return nil, err
	}
	a, err := openArchive(path)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	f := &File{Path: path, Mode: d.Mode}
	switch {
	case d.Mode == "":
		return nil, errors.New("the JSON file names no mode")
	case len(d.Cases) > 0 && len(d.Taps) == 0:
		return f, f.readCases(a, d)
	case len(d.Taps) > 0 && len(d.Cases) == 0:
		return f, f.readTaps(a, d)
	}
	return nil, errors.New("the JSON file describes neither cases nor taps")
}

func describe(path string) (*description, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, largestDescription+1))
	if err != nil {
		return nil, err
	}
	if len(text) > largestDescription {
		return nil, fmt.Errorf("%s: more than %d bytes", path, largestDescription)
	}
	var d description
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &d, nil
}

// readCases reads block cases in the order in which the archive holds their first outputs.
func (f *File) readCases(a *archive, d *description) error {
	if d.Seed == nil {
		return errors.New("the JSON file names no seed")
	}
	f.Seed = *d.Seed
	for _, entry := range a.names() {
		name, ok := strings.CutSuffix(entry, "/0")
		c, known := d.Cases[name]
		if !ok || !known {
			continue
		}
		out := Case{Name: name, Inputs: c.Inputs}
		for i, o := range c.Outputs {
			array, err := a.read(fmt.Sprintf("%s/%d", name, i), o.Shape, o.DType, 0)
			if err != nil {
				return err
			}
			out.Outputs = append(out.Outputs, array)
		}
		f.Cases = append(f.Cases, out)
		delete(d.Cases, name)
	}
	for name := range d.Cases {
		return fmt.Errorf("case %q is described but not there", name)
	}
	return nil
}

// readTaps reads a whole-model run.
func (f *File) readTaps(a *archive, d *description) error {
	if d.Length <= 0 || d.Length > longestSequence {
		return fmt.Errorf("sequence of length %d", d.Length)
	}
	f.Length = d.Length
	if err := f.readOrigin(d); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, t := range d.Taps {
		if seen[t.Name] {
			return fmt.Errorf("tap %q is described twice", t.Name)
		}
		seen[t.Name] = true
		array, err := a.read(t.Name, t.Shape, t.DType, t.Sampled)
		if err != nil {
			return err
		}
		f.Taps = append(f.Taps, array)
	}
	return nil
}
