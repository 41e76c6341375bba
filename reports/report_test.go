package reports

import (
	"bytes"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bf16lab/experiments/results"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	for range 2 { // the second time over the files of the first
		if err := Write(dir, smallRun(t)); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"data.json", "data.npz", "notes.md"}
	for _, name := range []string{"embedding_ulps", "error_by_layer", "heat_map"} {
		want = append(want, "plots/"+name+".csv", "plots/"+name+".png", "plots/"+name+".svg")
	}
	want = append(want, "report.html")
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(bytes.TrimSpace(page), []byte("</html>")) {
		t.Error("report.html is not whole")
	}
}

// TestWriteFails puts things in the way of single files: no report may appear, and no temporary file may stay.
func TestWriteFails(t *testing.T) {
	for _, inTheWay := range []string{"plots", "plots/heat_map.png/x", "report.html/x"} {
		t.Run(inTheWay, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, inTheWay)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := Write(dir, smallRun(t)); err == nil || !strings.HasPrefix(err.Error(), "reports: write ") {
				t.Errorf("error is %v", err)
			}
			if info, err := os.Stat(filepath.Join(dir, "report.html")); err == nil && info.Mode().IsRegular() {
				t.Error("report.html was written")
			}
			leftovers, _ := filepath.Glob(filepath.Join(dir, "*", ".tmp-*"))
			more, _ := filepath.Glob(filepath.Join(dir, ".tmp-*"))
			if leftovers = append(leftovers, more...); len(leftovers) > 0 {
				t.Errorf("left behind: %v", leftovers)
			}
		})
	}
}

func TestWriteChecks(t *testing.T) {
	cases := map[string]func(*results.Run){
		"results have schema 2, want 1":                      func(r *results.Run) { r.Schema = 2 },
		`tap "out/tracks" has metrics of 0 policies, want 1`: func(r *results.Run) { r.Taps[6].Metrics = nil },
		`tap "out/tracks" has origins of 2 policies, want 1`: func(r *results.Run) { r.Taps[6].Origin = make([]results.Origin, 2) },
		`tap "out/variant" has metrics of 0 policies, want 1`: func(r *results.Run) {
			r.Variants = []results.TapVariant{{Tap: results.Tap{Name: "out/variant"}}}
		},
	}
	for want, spoil := range cases {
		run := edgeRun()
		spoil(run)
		dir := t.TempDir()
		if err := Write(dir, run); err == nil || err.Error() != "reports: "+want {
			t.Errorf("error is %v, want %s", err, want)
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("%s: files were written", want)
		}
	}
}

// TestPicturesOfAwkwardRuns draws runs at the edges of what can be drawn; each must give a picture of a sane size.
func TestPicturesOfAwkwardRuns(t *testing.T) {
	empty := measuredRun(t)
	empty.Taps = nil
	nobody := measuredRun(t)
	dropPolicies(nobody, 0)
	many := smallRun(t)
	for len(many.Policies) < 20 {
		addScaled(many, strings.Repeat("a long name ", 20), 0.7)
	}
	one := edgeRun()
	one.Taps = one.Taps[4:5]
	for name, run := range map[string]*results.Run{"empty": empty, "nobody": nobody, "many": many, "one": one, "bare": {Schema: 1}} {
		for _, p := range pictures {
			t.Run(name+"_"+p.name, func(t *testing.T) {
				d := p.make(run)
				if d == nil {
					t.Skip("this run has no data for the picture")
				}
				if _, err := drawPicture(d, formatSVG); err != nil {
					t.Error(err)
				}
				b, err := drawPicture(d, formatPNG)
				if err != nil {
					t.Fatal(err)
				}
				config, err := png.DecodeConfig(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if config.Width < 1700 || config.Width > 5000 || config.Height < 150 || config.Height > 2500 {
					t.Errorf("picture has %d x %d pixels", config.Width, config.Height)
				}
			})
		}
	}
}
