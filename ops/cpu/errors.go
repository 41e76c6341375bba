package cpu

import "fmt"

// OutOfMemory is raised by a panic while a program runs and returned by [Program.Run] as an error.
type OutOfMemory struct {
	Bytes  int
	Reason string
}

// Error says how much was asked for.
func (e OutOfMemory) Error() string {
	return fmt.Sprintf("cpu: no memory for another %.1f MiB: %s", float64(e.Bytes)/(1<<20), e.Reason)
}
