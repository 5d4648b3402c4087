package bridge_test

import (
	"context"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// drawn is the testing.TB of one rapid run, for helpers that want one.
type drawn struct {
	testing.TB // nil: what is not below is not used
	t          *rapid.T
}

func (d drawn) Helper()                           {}
func (d drawn) Error(args ...any)                 { d.t.Error(args...) }
func (d drawn) Errorf(format string, args ...any) { d.t.Errorf(format, args...) }
func (d drawn) Fatal(args ...any)                 { d.t.Fatal(args...) }
func (d drawn) Fatalf(format string, args ...any) { d.t.Fatalf(format, args...) }
func (d drawn) Context() context.Context          { return d.t.Context() }
func (d drawn) Cleanup(fn func())                 { d.t.Cleanup(fn) }

func (d drawn) TempDir() string {
	dir, err := os.MkdirTemp("", "rapid")
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
