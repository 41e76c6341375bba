package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// versionCommand shows what was built.
type versionCommand struct{}

// Run writes the version of the module, the revision that it was built from, and the Go version.
func (c *versionCommand) Run(con *console) error {
	build := readBuild()
	fmt.Fprintf(con.out, "bf16lab   %s\n", build.version)
	if build.revision != "" {
		fmt.Fprintf(con.out, "revision  %s\n", build.revision)
	}
	fmt.Fprintf(con.out, "Go        %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// build says where the program comes from.
type build struct {
	version  string // of the module
	revision string // of the repository, with its time; empty in builds that do not know it
}

// modified marks a revision whose sources were changed before they were built.
const modified = ", modified"

// readBuild asks the linker.
func readBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return build{version: "(devel)"}
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	b := build{version: info.Main.Version, revision: settings["vcs.revision"]}
	if b.revision == "" {
		return b
	}
	if t := settings["vcs.time"]; t != "" {
		b.revision += " of " + t
	}
	if settings["vcs.modified"] == "true" {
		b.revision += modified
	}
	return b
}

// version returns what results are marked with.
func version() string {
	b := readBuild()
	if b.revision == "" {
		return b.version
	}
	return b.version + " (revision " + b.revision + ")"
}

// identity returns what tells this build from others: the version, and where that does not say which sources the program was
// built from, the SHA-256 of the program itself.
func identity() (string, error) {
	b := readBuild()
	if b.revision != "" && !strings.HasSuffix(b.revision, modified) {
		return version(), nil
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the program: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read the program: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("read the program: %w", err)
	}
	return version() + " SHA-256 " + hex.EncodeToString(sum.Sum(nil)), nil
}
