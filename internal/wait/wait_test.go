package wait_test

import (
	"context"
	"errors"
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

func TestFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		dark := errors.New("the moon is dark")
		looks := 0
		missing := func() error {
			if looks++; looks < 3 {
				return dark
			}
			return nil
		}
		if err := wait.For(ctx, missing); err != nil || looks != 3 {
			t.Errorf("after %d looks: %v", looks, err)
		}
		start := time.Now()
		err := wait.For(ctx, func() error { return dark })
		if took := time.Since(start); !errors.Is(err, dark) || !errors.Is(err, context.DeadlineExceeded) || took > time.Minute {
			t.Errorf("after %s: %v", took, err)
		}
	})
}
