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
	of := revision()
	if of != "" {
		of = " " + of
	}
	_, err := fmt.Fprintf(c.out, "apierror-bot %s%s (%s, %s/%s)\n", version, of, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// revision returns what the binary was built from, or "" where that is not known.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(len(s.Value), 12)]
			}
		}
	}
	return ""
}
