//go:build unix && !linux

package cpu

// adviseLargePages does nothing where pages cannot be asked for.
func adviseLargePages([]byte) {}
