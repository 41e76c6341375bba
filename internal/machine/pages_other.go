//go:build !linux

package machine

// AdviseLargePages does nothing where pages cannot be asked for.
func AdviseLargePages([]byte) {}
