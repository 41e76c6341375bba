//go:build !linux

package cpu

// discards tells whether memory can be given back to the system piece by piece. Without that strips save nothing.
const discards = false

func systemReserve(bytes int) []byte { return systemAlloc(bytes) }

func systemDiscard([]byte, int, int) {}
