package line_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
)

// ear hears in a rig's log what nothing else tells: whether whatsmeow has read the
// settings of the accounts that were linked. It does so beside everything else, and a
// logout meanwhile takes its stores from under it, without a lock: a race of its own.
type ear struct {
	slog.Handler
	heard *heard
}

type heard struct{ linked, settled atomic.Int64 }

// Enabled implements slog.Handler: whatsmeow says it at the lowest level.
func (e ear) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (e ear) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		switch said := a.Value.String(); {
		case a.Key != "said":
		case strings.HasPrefix(said, "Successfully paired "):
			e.heard.linked.Add(1)
		case strings.HasPrefix(said, "Full sync of app state regular_low completed"): // the last part
			e.heard.settled.Add(1)
		}
		return true
	})
	if !e.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return e.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (e ear) WithAttrs(attrs []slog.Attr) slog.Handler {
	return ear{e.Handler.WithAttrs(attrs), e.heard}
}

// WithGroup implements slog.Handler.
func (e ear) WithGroup(name string) slog.Handler { return ear{e.Handler.WithGroup(name), e.heard} }

// done: the settings of every account that was linked have been read.
func (h *heard) done() bool { return h.settled.Load() >= h.linked.Load() }
