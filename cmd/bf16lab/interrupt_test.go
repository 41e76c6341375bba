package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupt stops a real run in the middle with a real signal: nothing may be left that looks like a report, nor anything
// else.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send another one Ctrl-C there")
	}
	for _, c := range []struct {
		signal syscall.Signal
		status int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			folder := t.TempDir()
			config, err := filepath.Abs("../../experiments/configs/quickstart.yaml")
			if err != nil {
				t.Fatal(err)
			}
			run := exec.Command("bf16lab", "run", config, "-o", "new/report", "--set", "policies=[weights-bf16]", "--set", "taps=[out/embeddings_1bp]")
			run.Dir = folder
			stderr, err := run.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stdout strings.Builder
			run.Stdout = &stdout
			if err := run.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Minute, func() { run.Process.Kill() })
			defer timer.Stop()
			lines := bufio.NewScanner(stderr)
			if !lines.Scan() || !strings.HasPrefix(lines.Text(), "replay: ") {
				t.Fatalf("no progress, but %q", lines.Text())
			}
			if err := run.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			var last string
			for lines.Scan() {
				last = lines.Text()
			}
			var exit *exec.ExitError
			if err := run.Wait(); !errors.As(err, &exit) || exit.ExitCode() != c.status {
				t.Errorf("ended with %v, want exit status %d", err, c.status)
			}
			if want := "bf16lab: stopped by signal " + c.signal.String() + ", nothing was written"; last != want {
				t.Errorf("the last line is %q, want %q", last, want)
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output: %q", stdout.String())
			}
			left, err := os.ReadDir(folder)
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
