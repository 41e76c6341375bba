package cpu

import "syscall"

// adviseLargePages asks for pages of 2 MiB, where the system gives them only to those who ask: the first touch of every
// small page would cost more than the arithmetic on what it holds. It is advice; nothing depends on it.
func adviseLargePages(block []byte) { _ = syscall.Madvise(block, syscall.MADV_HUGEPAGE) }
