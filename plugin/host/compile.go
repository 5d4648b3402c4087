package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// compilationWorkers share the compiling; more gain nothing on two cores.
const compilationWorkers = 2

// compile makes the runtime and the module: with the disk cache, else with the
// cache emptied (a damaged file makes compiling fail), else without.
func (v *Validator) compile(ctx context.Context, cfg Config) error {
	dir := cfg.CacheDir
	if dir != "" {
		if err := prepareCache(dir); err != nil {
			v.log.Warn("validator cache is not used", "error", err)
			dir = ""
		}
	}
	if dir != "" {
		err := v.compileIn(ctx, cfg.Module, dir)
		if err != nil && ctx.Err() == nil {
			v.log.Warn("validator cache is emptied", "error", err)
			if err = emptyCache(dir); err == nil {
				err = v.compileIn(ctx, cfg.Module, dir)
			}
		}
		// A start that was called off says nothing against the cache.
		if err == nil || ctx.Err() != nil {
			return err
		}
		v.log.Warn("validator cache is not used", "error", err)
	}
	return v.compileIn(ctx, cfg.Module, "")
}

// compileIn compiles with the cache in dir, "" for none.
func (v *Validator) compileIn(ctx context.Context, module []byte, dir string) error {
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages)
	v.cache = nil
	if dir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(dir)
		if err != nil {
			return fmt.Errorf("open cache: %w", err)
		}
		config = config.WithCompilationCache(cache)
		v.cache = cacheCloser{cache}
	}
	v.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	_, err := wasi_snapshot_preview1.Instantiate(ctx, v.runtime)
	if err == nil {
		v.module, err = v.runtime.CompileModule(experimental.WithCompilationWorkers(ctx, compilationWorkers), module)
	}
	if err != nil {
		return errors.Join(err, v.shut())
	}
	return nil
}

type cacheCloser struct{ wazero.CompilationCache }

func (c cacheCloser) Close() error { return c.CompilationCache.Close(context.Background()) }

// prepareCache makes the folder, or checks the one that is there. It holds native
// code that will run in this process: nobody else may have written to it.
func prepareCache(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return fmt.Errorf("make cache: %w", err)
		}
		err := os.Mkdir(dir, 0o700)
		if err == nil {
			return nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make cache: %w", err)
		}
		info, err = os.Lstat(dir) // another process was quicker
		if err != nil {
			return fmt.Errorf("check cache: %w", err)
		}
		return ownCache(dir, info)
	}
	if err != nil {
		return fmt.Errorf("check cache: %w", err)
	}
	return ownCache(dir, info)
}

func ownCache(dir string, info fs.FileInfo) error {
	if !info.IsDir() {
		return fmt.Errorf("check cache: %s is not a folder", dir)
	}
	if !ownedByUs(info) {
		return fmt.Errorf("check cache: %s belongs to another user", dir)
	}
	if !openToOthers(info) {
		return nil
	}
	// Others could write here until now: nothing in it can be trusted.
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("close cache to others: %w", err)
	}
	return emptyCache(dir)
}

func emptyCache(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty cache: %w", err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("empty cache: %w", err)
		}
	}
	return nil
}
