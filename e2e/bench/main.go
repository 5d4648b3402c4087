// Bench measures the product's path against bare whatsmeow, in one run on one
// sandbox network, as ratios: both change alike with the machine.
//
//	product   bench -> websocket -> rpc -> bridge -> store -> line -> whatsmeow -> sandbox
//	bare      bench -------------------------------------------------> whatsmeow -> sandbox
//
// The rounds of both alternate, so that a busy moment meets both. What is
// measured: warm sends per second by one caller and by eight, each to a customer
// of its own; and the time from a customer's tap to the host's websocket event,
// against the time from a tap to whatsmeow's event handler.
//
// Usage: go run ./e2e/bench [-binary bin/nodeline] [-out docs/benchmarks.md] [-check]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

type options struct {
	binary string
	out    string
	rounds int
	sends  int
	taps   int
	check  bool
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/nodeline", "the built sidecar")
	flag.StringVar(&o.out, "out", "docs/benchmarks.md", "the file to write; empty: only print")
	flag.IntVar(&o.rounds, "rounds", 7, "rounds of each measurement")
	flag.IntVar(&o.sends, "sends", 200, "sends of one caller in one round")
	flag.IntVar(&o.taps, "taps", 60, "taps in one round")
	flag.BoolVar(&o.check, "check", false, "fail when an aim is missed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	load := loadNow()
	w, err := newWorld(ctx, o.binary)
	if err != nil {
		return err
	}
	defer w.close()
	say("linking a product line and a bare client")
	product, err := newProduct(ctx, w)
	if err != nil {
		return fmt.Errorf("product: %w", err)
	}
	defer product.close()
	bare, err := newBare(ctx, w)
	if err != nil {
		return fmt.Errorf("bare whatsmeow: %w", err)
	}
	defer bare.close()
	r, err := measure(ctx, o, w, product, bare)
	if err != nil {
		return err
	}
	r.load = load
	r.print(os.Stdout)
	if o.out != "" {
		if err := r.write(o.out); err != nil {
			return err
		}
		say("written to %s", o.out)
	}
	if o.check {
		return r.check()
	}
	return nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
