package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// commit is set by the build: -ldflags "-X main.commit=...".
var commit string

// version names this build: a release's tag, or the commit it was made from.
func version() string {
	if commit != "" {
		return commit
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "unknown"
}

type versionCmd struct{}

// Run prints which build this is.
func (versionCmd) Run(a *app) error {
	fmt.Fprintf(a.out, "nodeline %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
