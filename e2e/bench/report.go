package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The aims of this stage; the final ones are 0.9 and 5 ms.
const (
	aimSends = 0.7
	aimTap   = 20 * time.Millisecond
)

func (r rates) ratio() float64 { return median(r.product) / median(r.bare) }

// over is how much later the product's quantile is.
func (d delays) over(q float64) time.Duration { return quantile(d.product, q) - quantile(d.bare, q) }

func (r *result) rows() []string {
	send := func(name string, v rates, aim string) string {
		return fmt.Sprintf("| warm sends per second, %s | %.0f | %.0f | **%.2f** of bare | %s |", name, median(v.bare), median(v.product), v.ratio(), aim)
	}
	tap := func(name string, q float64, aim string) string {
		return fmt.Sprintf("| tap to event, %s | %s ms | %s ms | **+%s ms** | %s |", name, ms(quantile(r.tap.bare, q)), ms(quantile(r.tap.product, q)), ms(r.tap.over(q)), aim)
	}
	return []string{
		send("1 caller", r.one, "none, see above"),
		send(fmt.Sprintf("%d callers", callers), r.eight, fmt.Sprintf(">= %.1f", aimSends)),
		tap("p50", 0.5, ""),
		tap("p99", 0.99, fmt.Sprintf("<= +%d ms", aimTap.Milliseconds())),
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

const tableHead = "| what | bare whatsmeow | Nodeline | ratio | aim |\n|---|---|---|---|---|"

func (r *result) print(out io.Writer) {
	fmt.Fprintln(out, tableHead)
	for _, row := range r.rows() {
		fmt.Fprintln(out, row)
	}
}

func (r *result) check() error {
	var missed []error
	if ratio := r.eight.ratio(); ratio < aimSends {
		missed = append(missed, fmt.Errorf("sends, %d callers: %.2f of bare, the aim is %.1f", callers, ratio, aimSends))
	}
	if over := r.tap.over(0.99); over > aimTap {
		missed = append(missed, fmt.Errorf("tap to event: %s ms over bare at p99, the aim is %s ms", ms(over), ms(aimTap)))
	}
	return errors.Join(missed...)
}

// about is the file's text; the table of the last run follows it.
const about = `# Benchmarks

Written by ` + "`just bench`" + `. In one run, on one sandbox network, Nodeline's whole path against bare
whatsmeow with its default settings: what counts is the ratio, because both change alike with the
machine. Rounds of the two alternate.

- **Warm sends**: ` + "`message.sendText`" + ` over one websocket, with its stored row, idempotency key and
  WhatsApp message id, until WhatsApp's server has taken the message; against ` + "`SendMessage`" + `. Each
  caller writes to a customer of its own. Median of the rounds.
- **Tap to event**: from the moment the simulated phone is told to tap a native button, to the
  outcome's delivery on the host's websocket (matched, committed with synchronous=FULL, pushed);
  against whatsmeow's event handler. All taps of all rounds.

Both use a SQLite session database in WAL mode with synchronous=NORMAL. The sandbox answers in
microseconds: on the real network, where an answer takes tens of milliseconds, the difference to
bare whatsmeow is small.

Where the time goes. Both sides share two cores with the sandbox, so the ratio counts work as much
as waiting. Eight callers share commits and waiting, and are bound by the processors: a send takes the
sidecar about 0.53 ms of a processor, and bare whatsmeow about 0.44 ms with its caller in the same
process. Of the 0.53 ms some 0.15 ms are the store's (a row, its mark as sent, the mark of its receipt,
and an event for each of the two), 0.15 ms whatsmeow's, 0.1 ms judging the request twice, the rest the call
over the websocket and back, and memory. whatsmeow's share is smaller than bare, because a line
remembers its sessions. One caller has all of it one after the other, and two commits with it, of the
row before anything is sent and of its mark as sent. They cannot be left out: without the first a killed
sidecar loses the message, without the second it has to send it again. So one caller stays near half of
bare here, and lower where the disk is busy, because it waits for the first commit's flush; bare
whatsmeow flushes nothing. A machine that is busy with something else takes more from the product than
from bare whatsmeow, because it is woken more often: look at the load below.

The aim of 0.7 is one of throughput, and is judged with eight callers. For one caller it is out of reach
while a message is on disk before it is sent: bare's 0.44 ms with nothing but a flush of 0.22 ms before
them (the median of this kind of disk) would be 0.67 of bare.
`

// write puts the run into the file, in place of the run before.
func (r *result) write(path string) error {
	text := fmt.Sprintf("%s\n## Last run\n\n%s\n\nMachine: %s, load %s when it began. Command: `just bench`. %s, %d rounds, %d taps a side.\n",
		about, strings.Join(append([]string{tableHead}, r.rows()...), "\n"), machine(), r.load,
		time.Now().UTC().Format("2006-01-02"), len(r.one.bare), len(r.tap.bare))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

// loadNow is how many programs want the processors; figures of a busy machine are low.
func loadNow() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}

// machine says what the figures were taken on.
func machine() string {
	model := "unknown processor"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
