package host_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

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
	guest = sync.OnceValues(func() ([]byte, error) {
		return buildModule("../guest", "../sentence", "../../schema/label")
	})
	// broken is a guest that fails in every way there is; see testdata.
	broken = sync.OnceValues(func() ([]byte, error) { return buildModule("./testdata/broken") })
)

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
