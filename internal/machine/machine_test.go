package machine

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const meminfo = "MemTotal:       24684092 kB\nMemFree:         1000000 kB\nMemAvailable:   20000000 kB\nHugePages_Total:       0\n"

func TestRead(t *testing.T) {
	whole := Info{CPU: "Adding Machine 9000", Memory: 24684092 << 10, Available: 20000000 << 10}
	const gib = 1 << 30
	for _, c := range []struct {
		name  string
		files map[string]string
		want  Info
	}{
		{"nothing to read", nil, Info{}},
		{"a machine of its own", map[string]string{"proc/meminfo": meminfo, "proc/cpuinfo": "processor\t: 0\nmodel name\t: Adding Machine 9000\nmodel name\t: other\n"}, whole},
		{"nonsense", map[string]string{"proc/meminfo": "MemTotal: much\nMemAvailable\n", "sys/fs/cgroup/memory.max": "-\n"}, Info{}},
		{"no limit", map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": "max\n"}, Info{Memory: whole.Memory, Available: whole.Available}},
		{"limit above the machine", map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": "9000000000000\n"},
			Info{Memory: whole.Memory, Available: whole.Available}},
		{"limit", map[string]string{"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": "8589934592\n"}, Info{Memory: 8 * gib, Available: 8 * gib}},
		{"limit that is partly used, a gibibyte of it for files", map[string]string{
			"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": "8589934592\n", "sys/fs/cgroup/memory.current": "5368709120\n",
			"sys/fs/cgroup/memory.stat": "anon 4294967296\ninactive_file 1073741824\n",
		}, Info{Memory: 8 * gib, Available: 4 * gib}},
		{"limit that is used up", map[string]string{
			"proc/meminfo": meminfo, "sys/fs/cgroup/memory.max": "8589934592\n", "sys/fs/cgroup/memory.current": "8589934592\n",
		}, Info{Memory: 8 * gib, Available: 1}}, // 0 would mean unknown
		{"limit with more room than the machine has left", map[string]string{
			"proc/meminfo": strings.Replace(meminfo, "20000000", "1048576", 1), "sys/fs/cgroup/memory.max": "8589934592\n",
		}, Info{Memory: 8 * gib, Available: 1 * gib}},
	} {
		root := fstest.MapFS{}
		for path, text := range c.files {
			root[path] = &fstest.MapFile{Data: []byte(text)}
		}
		if diff := cmp.Diff(c.want, read(root)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestThisMachine compares with what can be known from elsewhere.
func TestThisMachine(t *testing.T) {
	info := Read()
	if info.Cores != runtime.GOMAXPROCS(0) {
		t.Errorf("%d cores, GOMAXPROCS is %d", info.Cores, runtime.GOMAXPROCS(0))
	}
	if info.Available > info.Memory {
		t.Errorf("%d of %d bytes are available", info.Available, info.Memory)
	}
	if _, err := os.Stat("/proc/meminfo"); err == nil && info.Available < 1<<20 {
		t.Errorf("%d of %d bytes are available on Linux", info.Available, info.Memory)
	}
	if flags, err := os.ReadFile("/proc/cpuinfo"); err == nil && runtime.GOARCH == "amd64" {
		if slices.Contains(info.Features, "avx2") && !strings.Contains(string(flags), " avx2 ") {
			t.Errorf("features %v, but /proc/cpuinfo does not have avx2", info.Features)
		}
		if !strings.Contains(string(flags), info.CPU) {
			t.Errorf("processor %q is not in /proc/cpuinfo", info.CPU)
		}
	}
}
