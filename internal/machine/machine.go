// Package machine tells what the computer has that runs the program.
package machine

import (
	"bufio"
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
	info := Info{CPU: modelName(), Features: features(), Cores: runtime.GOMAXPROCS(0)}
	info.Memory, info.Available = memory()
	return info
}

// modelName reads the processor's name from /proc/cpuinfo.
func modelName() string { return field("/proc/cpuinfo", "model name") }

// memory reads the totals from /proc/meminfo, and the limit of the control group where that is smaller.
func memory() (total, available int64) {
	total, available = kibibytes("MemTotal"), kibibytes("MemAvailable")
	text, err := os.ReadFile("/sys/fs/cgroup/memory.max")
	if err != nil {
		return total, available
	}
	if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && limit < total {
		total = limit
		available = min(available, limit)
	}
	return total, available
}

func kibibytes(key string) int64 {
	text, _, _ := strings.Cut(field("/proc/meminfo", key), " ")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// field returns the value of the first line "key: value" of a file, empty where there is none.
func field(path, key string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), ":")
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
