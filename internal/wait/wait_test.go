package wait_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nodeline/nodeline/internal/wait"
)

// failing notes how a test ends, in place of it.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Helper() {}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// ended runs Until in a test of its own.
func ended(holds func() bool) string {
	f := &failing{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait.Until(f, "the moon is full", holds)
	}()
	<-done
	return f.said
}

func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		if said := ended(func() bool { looks++; return looks == 3 }); said != "" || looks != 3 {
			t.Errorf("after %d looks: %q", looks, said)
		}
		start := time.Now()
		if said := ended(func() bool { return false }); said != "waited 30s for this: the moon is full" {
			t.Errorf("it ended with %q", said)
		}
		if took := time.Since(start); took < wait.Patience || took > wait.Patience+time.Second {
			t.Errorf("it gave up after %s", took)
		}
	})
}
