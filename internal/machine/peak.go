package machine

import (
	"io/fs"
	"os"
)

// Peak returns the largest resident size of this process in bytes since [ResetPeak], 0 where the system does not tell.
func Peak() int64 { return peak(os.DirFS("/")) }

func peak(root fs.FS) int64 { return kibibytes(root, "proc/self/status", "VmHWM") }

// ResetPeak makes [Peak] begin anew; where the system cannot do that, Peak counts from the start of the process.
func ResetPeak() {
	// Writing 5 resets VmHWM, see proc(5).
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o600)
}
