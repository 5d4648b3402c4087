// Chaos breaks everything at once, many times, and lets the phones and the hosts
// say whether anything was lost or doubled.
//
//	hosts ── websocket, HTTP ──▶ nodeline serve ── WhatsApp's protocol ──▶ nodeline sandbox ◀── HTTP ── customers
//	  │                            killed, frozen, its disk full,            drops, delays, cuts,         │
//	  │                            its database locked or torn,              doubles, garbles             │
//	  │                            its clock wrong                                                        │
//	  └────────── what they were told ──────────▶ judge ◀───────── what the phones show ──────────────────┘
//
// A run is bounded and seeded: everything that is drawn comes from the seed, so
// a run's command repeats its dice, though not the machine's own timing.
//
// Usage: go run ./e2e/chaos [-seed N] [-seconds N] [-lines N] [-hosts N] [-phones N]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type options struct {
	binary, clockBinary string
	seed                uint64
	length              time.Duration
	lines, hosts        int
	phones              int
	keep                bool
	serve               []string
	logs                string
	out                 io.Writer
}

func main() {
	o := options{out: os.Stdout}
	var seed, seconds, serve string
	var clock bool
	flag.StringVar(&o.binary, "binary", "bin/nodeline", "the built sidecar")
	flag.StringVar(&seed, "seed", "", "the run's seed; default: drawn")
	flag.StringVar(&seconds, "seconds", "120", "how long everything breaks")
	flag.IntVar(&o.lines, "lines", 4, "WhatsApp accounts")
	flag.IntVar(&o.hosts, "hosts", 5, "flow systems; every third without a websocket")
	flag.IntVar(&o.phones, "phones", 12, "customers")
	flag.BoolVar(&clock, "clock", true, "also lives with a clock that jumps (builds the sidecar once more)")
	flag.BoolVar(&o.keep, "keep", false, "keep logs and data of a good run too")
	flag.StringVar(&o.logs, "logs", "out/chaos", "folder of logs")
	flag.StringVar(&serve, "serve", "", "more flags for nodeline serve")
	locked := flag.String("hold", "", "only hold the write lock of this database until the input ends")
	flag.Parse()
	if *locked != "" {
		if err := hold(*locked, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "chaos:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := parse(&o, seed, seconds, serve); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(2)
	}
	if clock {
		var err error
		if o.clockBinary, err = buildClock(ctx, o.binary); err != nil {
			fmt.Fprintln(os.Stderr, "chaos:", err)
			os.Exit(1)
		}
	}
	good, err := chaos(ctx, o)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "chaos: stopped before its end; nothing is left running, nothing was judged")
	case err != nil:
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	if !good || err != nil {
		stop()
		os.Exit(1)
	}
}

func parse(o *options, seed, seconds, serve string) (err error) {
	o.seed = rand.Uint64N(1_000_000)
	if seed != "" {
		if o.seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
			return fmt.Errorf("-seed: %w", err)
		}
	}
	n, err := strconv.ParseFloat(seconds, 64)
	if err != nil || n <= 0 {
		return fmt.Errorf("-seconds: %q is no number above 0", seconds)
	}
	o.length = time.Duration(n * float64(time.Second))
	if o.lines < 1 || o.hosts < 1 || o.phones < 1 {
		return errors.New("there must be a line, a host and a phone")
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return err
	}
	if _, err := os.Stat(o.binary); err != nil {
		return fmt.Errorf("%s is not there: build it with just build", o.binary)
	}
	o.serve = strings.Fields(serve)
	return nil
}
