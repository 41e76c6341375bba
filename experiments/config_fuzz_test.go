package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzConfig checks that no experiment file makes the parser panic, and that errors are one line which begins with the file.
func FuzzConfig(f *testing.F) {
	files, err := filepath.Glob("configs/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("name: x\nweights: {synthetic: {seed: 1}}\ninput: {random: {seed: 1, length: 2048}}\nreference: f32\npolicies: [f32]\nlocal: module\nverdict: {better: .inf, worse: -0x1p3}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse("fuzz.yaml", text, nil)
		if err == nil {
			if _, policies, e := c.policies(); e == nil {
				_, err = c.baseline(policies)
			}
		}
		if err != nil && (!strings.HasPrefix(err.Error(), "fuzz.yaml") || strings.ContainsAny(err.Error(), "\n\r")) {
			t.Errorf("error %q", err)
		}
	})
}
