package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// fileToken holds the admin token, in the data directory.
const fileToken = "admin-token"

// defaultDataDir follows the XDG base directories on Linux and the user's
// configuration directory elsewhere.
func defaultDataDir() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "nodeline")
	}
	if home, err := os.UserHomeDir(); err == nil && runtime.GOOS == "linux" {
		return filepath.Join(home, ".local", "share", "nodeline")
	}
	if dir, err := os.UserConfigDir(); err == nil {
		return filepath.Join(dir, "nodeline")
	}
	return "nodeline-data"
}

// dataDir is the directory that was asked for, or the default one, as an absolute path.
func dataDir(asked string) (string, error) {
	if asked == "" {
		asked = defaultDataDir()
	}
	dir, err := filepath.Abs(asked)
	if err != nil {
		return "", fmt.Errorf("find data directory: %w", err)
	}
	return dir, nil
}

// adminGrant is the name of the token in the file.
const adminGrant = "admin-token file"

// adminToken makes sure that the directory's file holds a token that works, and
// returns its path. A token whose file was lost is revoked.
func adminToken(ctx context.Context, dir string, grants bridge.Grants) (string, error) {
	name := filepath.Join(dir, fileToken)
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read admin token: %w", err)
	}
	if token := strings.TrimSpace(string(text)); token != "" {
		_, ok, err := grants.Find(ctx, token)
		if err != nil {
			return "", fmt.Errorf("find admin token: %w", err)
		}
		if ok {
			if err := os.Chmod(name, 0o600); err != nil {
				return "", fmt.Errorf("protect admin token: %w", err)
			}
			return name, nil
		}
	}
	all, err := grants.List(ctx)
	if err != nil {
		return "", fmt.Errorf("list tokens: %w", err)
	}
	for _, g := range all {
		if g.Name == adminGrant {
			if err := grants.Revoke(ctx, g.ID); err != nil {
				return "", fmt.Errorf("revoke lost admin token: %w", err)
			}
		}
	}
	token, _, err := grants.Create(ctx, bridge.Grant{Name: adminGrant, Scope: schema.ScopeAdmin})
	if err != nil {
		return "", fmt.Errorf("create admin token: %w", err)
	}
	return name, writeFile(name, token+"\n")
}

// writeFile replaces a file, readable by its owner only, so that a reader sees
// the old text or the new and never a part.
func writeFile(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
