package machine

import (
	"runtime"
	"testing"
	"testing/fstest"
)

func TestPeak(t *testing.T) {
	root := fstest.MapFS{"proc/self/status": {Data: []byte("Name:\tbf16lab\nVmPeak:\t 9000 kB\nVmHWM:\t    1500 kB\n")}}
	if got := peak(root); got != 1500<<10 {
		t.Errorf("peak %d", got)
	}
	if got := peak(fstest.MapFS{}); got != 0 {
		t.Errorf("peak %d without a file to read", got)
	}
	if runtime.GOOS != "linux" {
		return
	}
	ResetPeak()
	before := Peak()
	block := make([]byte, 64<<20)
	for i := range block {
		block[i] = 1
	}
	if grown := Peak() - before; before == 0 || grown < 32<<20 {
		t.Errorf("peak %d, grown by %d after 64 MiB were written", before, grown)
	}
	runtime.KeepAlive(block)
}
