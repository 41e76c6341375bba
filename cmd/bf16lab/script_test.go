package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"bf16lab": main}) }

// TestScripts runs testdata/script: every command as a user calls it, and every mistake that a user can make.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, Setup: setUpScript, RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"refuse": refuse},
	})
}

// setUpScript gives a script the ready configurations, in $CONFIGS, references made by JAX, in $REFERENCES,
// and a damaged input file.
func setUpScript(env *testscript.Env) error {
	configs, err := filepath.Abs("../../experiments/configs")
	if err != nil {
		return err
	}
	env.Setenv("CONFIGS", configs)
	references, err := filepath.Abs("../../experiments/testdata")
	if err != nil {
		return err
	}
	env.Setenv("REFERENCES", references)
	genome, err := os.ReadFile("../../model/sequence/data/lambda_virus.fa.gz")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(env.WorkDir, "truncated.fa.gz"), genome[:len(genome)/2], 0o600)
}

// refuse runs a command that must end with status 2 after one line on stderr, without a word on stdout and without leaving
// a file behind. The line is checked with the command stderr.
func refuse(ts *testscript.TestScript, negated bool, args []string) {
	if negated || len(args) == 0 {
		ts.Fatalf("usage: refuse command [arguments]")
	}
	before := tree(ts)
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		ts.Fatalf("ended with %v, want exit status 2", err)
	}
	if line := ts.ReadFile("stderr"); !strings.HasPrefix(line, "bf16lab: ") || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		ts.Fatalf("want one line that begins with bf16lab:")
	}
	if text := ts.ReadFile("stdout"); text != "" {
		ts.Fatalf("standard output is not empty")
	}
	if after := tree(ts); after != before {
		ts.Fatalf("files before:\n%s\nafter:\n%s", before, after)
	}
}

// tree lists the files and folders of a script's working folder.
func tree(ts *testscript.TestScript) string {
	var names []string
	err := filepath.WalkDir(ts.Getenv("WORK"), func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	ts.Check(err)
	return strings.Join(names, "\n")
}

// TestGuard makes sure that a panic becomes one line, and a stack only for those who ask.
func TestGuard(t *testing.T) {
	for _, c := range []struct {
		variable string
		stack    bool
	}{{"", false}, {"0", false}, {"1", true}} {
		t.Setenv(debugVariable, c.variable)
		var stderr bytes.Buffer
		status := guard(&stderr, func() int { panic("ops: two\nlines") })
		line, rest, _ := strings.Cut(stderr.String(), "\n")
		if want := "bf16lab: this is a bug in bf16lab: ops: two lines (BF16LAB_DEBUG=1 shows the stack)"; status != 3 || line != want {
			t.Errorf("status %d, %q", status, line)
		}
		if strings.Contains(rest, "TestGuard") != c.stack || c.stack == (rest == "") {
			t.Errorf("with %s=%q the stack is %.200q", debugVariable, c.variable, rest)
		}
	}
	if status := guard(io.Discard, func() int { return 7 }); status != 7 {
		t.Errorf("without a panic: status %d", status)
	}
}

// TestFullDisk makes sure that output which cannot be written does not pass for success.
func TestFullDisk(t *testing.T) {
	var stderr bytes.Buffer
	if status := execute([]string{"policies"}, brokenWriter{}, &stderr); status != 2 {
		t.Errorf("status %d", status)
	}
	if got, want := stderr.String(), "bf16lab: write to standard output: no space left\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestOneLine(t *testing.T) {
	if got, want := oneLine("a\n\tb \x1b[31mc\x7f\u00e9 "), "a b [31mc é"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
