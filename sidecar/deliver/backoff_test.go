package deliver

import (
	"testing"
	"time"
)

func TestPausesDoubleUpToTheLongest(t *testing.T) {
	const shortest, longest = time.Second, 5 * time.Minute
	want := shortest
	for failures := 1; failures < 40; failures++ {
		for range 100 {
			if got := backoff(shortest, longest, failures); got < want/2 || got > want {
				t.Fatalf("%s after %d failures, want %s to %s", got, failures, want/2, want)
			}
		}
		want = min(2*want, longest)
	}
}
