package host_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/nodeline/nodeline/plugin/fuel"
	"github.com/nodeline/nodeline/plugin/host"
	"github.com/nodeline/nodeline/schema"
)

// buildModule builds a guest anew, so that tests never judge a stale file. It
// reads the sources, so that go test does not take an old result for theirs.
func buildModule(pkg string, sources ...string) ([]byte, error) {
	for _, dir := range append(sources, pkg) {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if _, err := os.ReadFile(file); err != nil {
				return nil, err
			}
		}
	}
	dir, err := os.MkdirTemp("", "guest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "guest.wasm")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-s -w", "-o", file, pkg)
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, errors.New(string(out))
	}
	return os.ReadFile(file)
}

var (
	// plain is the guest as the compiler makes it.
	plain = sync.OnceValues(func() ([]byte, error) {
		return buildModule("../guest", "../sentence", "../../schema/label")
	})
	guest = sync.OnceValues(func() ([]byte, error) { return metered(plain()) })
	// broken is a guest that fails in every way there is; see testdata.
	broken = sync.OnceValues(func() ([]byte, error) { return metered(buildModule("./testdata/broken")) })
)

func metered(wasm []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return fuel.Meter(wasm, fuel.PerCall)
}

// tiny is a module of the same ABI that answers ok to everything: quick to
// compile, for tests of what happens around the module.
func tiny() []byte {
	const verdict = `{"ok":true,"issues":[],"warnings":[]}`
	section := func(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }
	name := func(s string) []byte { return append([]byte{byte(len(s))}, s...) }
	const at, buffer = 16, 1024 // the verdict's place, and the input's
	wasm, err := fuel.Meter(slices.Concat(
		[]byte("\x00asm\x01\x00\x00\x00"),
		// types: () -> (), (i32) -> i32, (i32) -> i64
		section(1, 3, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7e),
		section(3, 3, 0, 1, 2), // three functions of these types
		section(5, 1, 0, 2),    // one memory of two pages
		section(7, slices.Concat([]byte{4},
			name("_initialize"), []byte{0, 0}, name("alloc"), []byte{0, 1}, name("validate"), []byte{0, 2}, name("memory"), []byte{2, 0})...),
		section(10, 3,
			2, 0, 0x0b, // nothing
			5, 0, 0x41, buffer&0x7f|0x80, buffer>>7, 0x0b, // i32.const buffer
			10, 0, 0x42, at, 0x42, 32, 0x86, 0x42, byte(len(verdict)), 0x84, 0x0b), // at << 32 | length
		section(11, slices.Concat([]byte{1, 0, 0x41, at, 0x0b}, name(verdict))...),
	), fuel.PerCall)
	if err != nil {
		panic(err)
	}
	return wasm
}

func module(t testing.TB, build func() ([]byte, error)) []byte {
	t.Helper()
	wasm, err := build()
	if err != nil {
		t.Fatalf("build the guest: %v", err)
	}
	return wasm
}

// cacheDir is shared by the tests of one run, so that the guest is compiled once.
var cacheDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "validator")
	return filepath.Join(dir, "cache"), err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := cacheDir(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// start runs the validator for one test.
func start(t testing.TB, cfg host.Config) *host.Validator {
	t.Helper()
	if cfg.Module == nil {
		cfg.Module = module(t, guest)
	}
	if cfg.CacheDir == "" {
		dir, err := cacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cfg.CacheDir = dir
	}
	v, err := host.New(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return v
}

// judge gives a verdict's two lists; an error about the request carries its issue.
func judge(t testing.TB, v *host.Validator, method string, lang schema.Lang, params []byte) (issues, warnings []schema.Issue) {
	t.Helper()
	verdict, err := v.Validate(context.Background(), method, lang, params)
	var refused *schema.Error
	if errors.As(err, &refused) {
		return refused.Issues, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return verdict.Issues, verdict.Warnings
}
