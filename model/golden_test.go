package model

import (
	"bufio"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden returns the lines of a compressed list in testdata.
func golden(t *testing.T, name string) []string {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	scanner := bufio.NewScanner(reader)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// compareLines reports the first differences between two lists.
func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	const enough = 5
	differences := 0
	for i := range max(len(got), len(want)) {
		g, w := "(nothing)", "(nothing)"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g == w {
			continue
		}
		if differences++; differences <= enough {
			t.Errorf("line %d:\n got %s\nwant %s", i, strings.ReplaceAll(g, "\t", "  "), strings.ReplaceAll(w, "\t", "  "))
		}
	}
	if differences > enough {
		t.Errorf("%d lines differ; got %d, want %d", differences, len(got), len(want))
	}
}
