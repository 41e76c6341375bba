// Package machine tells what the computer has that runs the program.
package machine

import (
	"bufio"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/cpu"
)

// Info describes a computer. What cannot be found out is empty or zero.
type Info struct {
	CPU       string   // model name
	Features  []string // instruction sets that matter for arithmetic
	Cores     int      // logical processors that the program may use
	Memory    int64    // bytes in all
	Available int64    // bytes that can be taken without swapping
}

// Read asks the operating system and the processor.
func Read() Info {
	info := read(os.DirFS("/"))
	info.Features, info.Cores = features(), runtime.GOMAXPROCS(0)
	return info
}

// read looks up what Linux tells in files below the root.
func read(root fs.FS) Info {
	info := Info{CPU: field(root, "proc/cpuinfo", ":", "model name")}
	info.Memory = kibibytes(root, "proc/meminfo", "MemTotal")
	info.Available = kibibytes(root, "proc/meminfo", "MemAvailable")
	// A control group may allow less than the machine has. Its cache of files counts as used, but is given up on demand.
	limit, err := integer(root, "sys/fs/cgroup/memory.max")
	if err != nil || info.Memory > 0 && limit >= info.Memory {
		return info
	}
	used, _ := integer(root, "sys/fs/cgroup/memory.current")
	cache, _ := strconv.ParseInt(field(root, "sys/fs/cgroup/memory.stat", " ", "inactive_file"), 10, 64)
	left := max(1, limit-max(0, used-cache))
	if info.Memory == 0 || left < info.Available {
		info.Available = left
	}
	info.Memory = limit
	return info
}

// integer reads a file that holds one number; "max" of a control group without a limit is an error.
func integer(root fs.FS, path string) (int64, error) {
	text, err := fs.ReadFile(root, path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
}

// kibibytes reads a size that Linux gives in kB, in bytes; 0 where there is none.
func kibibytes(root fs.FS, path, key string) int64 {
	text, _, _ := strings.Cut(field(root, path, ":", key), " ")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// field returns the value of the first line "key SEPARATOR value" of a file, empty where there is none.
func field(root fs.FS, path, separator, key string) string {
	f, err := root.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), separator)
		if ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func features() []string {
	var out []string
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"sse4.2", cpu.X86.HasSSE42}, {"avx", cpu.X86.HasAVX}, {"avx2", cpu.X86.HasAVX2}, {"fma", cpu.X86.HasFMA},
		{"avx512f", cpu.X86.HasAVX512F}, {"avx512bw", cpu.X86.HasAVX512BW}, {"avx512vl", cpu.X86.HasAVX512VL},
		{"avx512bf16", cpu.X86.HasAVX512BF16}, {"amx-bf16", cpu.X86.HasAMXBF16}, {"asimd", cpu.ARM64.HasASIMD},
	} {
		if f.has {
			out = append(out, f.name)
		}
	}
	return out
}
