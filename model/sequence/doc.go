// Package sequence delivers the DNA that a model reads: from FASTA files, from numpy's random streams, and the 13 test
// patterns of the project's seed document.
//
// Bases are coded A C G T = 0 1 2 3, as in the one-hot input of the official model, and N = 4, whose one-hot row is zero.
// Everything here is bit-reproducible: a Sequence made from the same description has the same SHA256 on every machine.
//
// The genome of phage lambda is embedded in the binary, so that a real sequence is at hand without any file; see FASTA
// and data/README.md.
package sequence
