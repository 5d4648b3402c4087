// Meter writes a WebAssembly module anew with its running bounded; see package fuel.
//
// Usage: go run ./plugin/fuel/meter [-limit UNITS] IN OUT
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/nodeline/nodeline/plugin/fuel"
)

func main() {
	limit := flag.Uint("limit", fuel.PerCall, "units of fuel for one call")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: meter [-limit UNITS] IN OUT")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), uint32(*limit)); err != nil {
		fmt.Fprintln(os.Stderr, "meter:", err)
		os.Exit(1)
	}
}

func run(in, out string, limit uint32) error {
	module, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	metered, err := fuel.Meter(module, limit)
	if err != nil {
		return err
	}
	return os.WriteFile(out, metered, 0o644)
}
