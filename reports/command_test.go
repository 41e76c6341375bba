package reports

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestShellCommand lets a real shell read the command back.
func TestShellCommand(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh found; nothing else can read the command back")
	}
	arguments := []string{"plain", "--set", "a.b=c", "it's", "two words", "", "$HOME `id` \"x\" \\", "*", "~", "line\nline", "ü", "-x;y"}
	out, err := exec.Command(shell, "-c", "printf '%s\\000' "+shellCommand(arguments)).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if diff := cmp.Diff(arguments, got); diff != "" {
		t.Error(diff)
	}
}
