package bridge

import "context"

type queuedKey struct{}

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
