package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
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
		b.revision += ", modified"
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
