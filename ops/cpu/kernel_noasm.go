//go:build !amd64 || noasm

package cpu

// assemblyKernels returns nothing: this build has only plain Go.
func assemblyKernels() []instructionSet { return nil }
