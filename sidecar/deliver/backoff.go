package deliver

import (
	"math/rand/v2"
	"time"
)

// jitter spreads a pause over its second half, so that what broke together does
// not come back together.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}

// backoff is the pause after so many failures in a row, from 1: doubled each time
// up to longest, with jitter.
func backoff(shortest, longest time.Duration, failures int) time.Duration {
	d := shortest
	for i := 1; i < failures && d < longest; i++ {
		d *= 2
	}
	return jitter(min(d, longest))
}

// until is how long to wait for a stored moment. One that is further away than any
// pause was stored before the clock was set back, and is not waited for.
func (f *Feeds) until(at time.Time) time.Duration {
	wait := time.Until(at)
	if wait > f.retryMax {
		return 0
	}
	return max(wait, 0)
}
