package bridge

import "context"

type (
	queuedKey  struct{}
	noFlushKey struct{}
)

// OnQueued gives a context that says when the first Write under it has its place
// among the others, which is before it is on disk: calls that must keep their
// order wait for each other so long and no longer. fn may run more than once.
func OnQueued(ctx context.Context, fn func()) context.Context {
	return context.WithValue(ctx, queuedKey{}, fn)
}

// Queued is called by a Store that has put a Write in its place.
func Queued(ctx context.Context) {
	if fn, ok := ctx.Value(queuedKey{}).(func()); ok {
		fn()
	}
}

// WithoutFlush gives a context under which a Write need not reach the disk before
// it returns: killing the process loses nothing of it, a power cut may. Any later
// Write that is flushed takes it along. It is for what can be found out again, the
// mark of a message as sent: the row is then tried again under the same id, which
// the customer's phone drops.
func WithoutFlush(ctx context.Context) context.Context {
	return context.WithValue(ctx, noFlushKey{}, true)
}

// Flushed is asked by a Store: whether a Write has to be on disk when it returns.
func Flushed(ctx context.Context) bool { return ctx.Value(noFlushKey{}) == nil }
