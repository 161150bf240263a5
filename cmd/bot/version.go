package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the bot's, as in CHANGELOG.md.
const version = "0.1.0"

type versionCommand struct{}

// Run prints the version, and what the binary was built from where that is
// known.
func (versionCommand) Run(c console) error {
	revision := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value[:min(len(s.Value), 12)]
			}
		}
	}
	_, err := fmt.Fprintf(c.out, "apierror-bot %s%s (%s, %s/%s)\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
