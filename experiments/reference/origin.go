package reference

import (
	"encoding/json"
	"errors"
	"fmt"
)

// readOrigin reads weights, input and organism, in the form of the reference files or in that of the script that makes them.
func (f *File) readOrigin(d *description) error {
	var weights struct {
		Synthetic *struct {
			Version int
			Seed    *uint64
		}
		Kind    string
		Version int
		Seed    *uint64
	}
	if err := json.Unmarshal(d.Weights, &weights); err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	version, seed := weights.Version, weights.Seed
	if weights.Synthetic != nil {
		version, seed = weights.Synthetic.Version, weights.Synthetic.Seed
	}
	if version != 1 || seed == nil {
		return errors.New("weights: want synthetic weights of version 1 with a seed")
	}
	f.Seed = *seed
	if err := f.Input.read(d.Input); err != nil {
		return fmt.Errorf("input: %w", err)
	}
	return f.readOrganism(d.Organism)
}

func (in *Input) read(text json.RawMessage) error {
	if json.Unmarshal(text, &in.FASTA) == nil && in.FASTA != "" {
		return nil
	}
	var v struct {
		FASTA  string
		Random *struct{ Seed *uint32 }
		Seed   *uint32
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	in.FASTA = v.FASTA
	if v.Random != nil {
		v.Seed = v.Random.Seed
	}
	switch {
	case v.FASTA != "":
	case v.Seed != nil:
		in.Seed = *v.Seed
	default:
		return errors.New("want random with a seed, or fasta")
	}
	return nil
}

func (f *File) readOrganism(text json.RawMessage) error {
	var index int
	if json.Unmarshal(text, &index) == nil {
		f.Organism = map[int]string{0: "human", 1: "mouse"}[index]
	} else if err := json.Unmarshal(text, &f.Organism); err != nil {
		return fmt.Errorf("organism: %w", err)
	}
	if f.Organism != "human" && f.Organism != "mouse" {
		return fmt.Errorf("organism %s, want human or mouse", text)
	}
	return nil
}
