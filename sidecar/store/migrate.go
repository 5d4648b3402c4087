package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var (
	//go:embed schema1.sql
	schema1 string
	//go:embed schema2_outbox.sql
	schema2Outbox string
	//go:embed schema2_data.sql
	schema2Data string
	//go:embed schema2_clock.sql
	schema2Clock string
	//go:embed schema2_hooks.sql
	schema2Hooks string
)

// schema2 is in parts, one for each matter.
var schema2 = schema2Outbox + schema2Data + schema2Clock + schema2Hooks

//go:embed schema3_*.sql
var schema3Parts embed.FS

// schema3 is every file schema3_*.sql, in the order of their names.
var schema3 = joined(schema3Parts)

//go:embed schema4_*.sql
var schema4Parts embed.FS

var schema4 = joined(schema4Parts)

func joined(parts embed.FS) string {
	names, err := fs.Glob(parts, "*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var all strings.Builder
	for _, name := range names {
		text, err := parts.ReadFile(name)
		if err != nil {
			panic(err) // it was listed
		}
		all.Write(text)
	}
	return all.String()
}

// steps bring a file from version i to i+1. A step that has been released never changes.
var steps = []string{schema1, schema2, schema3, schema4}

// NewerError refuses a file of a newer program.
type NewerError struct {
	Version, Known int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the files are of a newer nodeline (version %d, this program knows %d): use that one", e.Version, e.Known)
}

// versionOf reads SQLite's user_version, which counts our steps.
func versionOf(ctx context.Context, conn *sql.Conn) (version int, err error) {
	if err := conn.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read version: %w", err)
	}
	return version, nil
}

// migrate brings a file to the newest version, each step whole or not at all. A
// file that held something is copied first, to path.v1 for version 1: with it an
// older program can be gone back to. path "": no copy is wanted.
func migrate(ctx context.Context, conn *sql.Conn, path string) error {
	version, err := versionOf(ctx, conn)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return &NewerError{Version: version, Known: len(steps)}
	}
	if path != "" && version > 0 && version < len(steps) {
		if err := copyFile(ctx, conn, fmt.Sprintf("%s.v%d", path, version)); err != nil {
			return fmt.Errorf("keep a copy of version %d: %w", version, err)
		}
	}
	for ; version < len(steps); version++ {
		if err := migrateStep(ctx, conn, version); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+1, err)
		}
	}
	return nil
}

// copyFile writes a connection's database, as one snapshot of it, to a file that
// is there whole or not at all; an older one of that name is replaced.
func copyFile(ctx context.Context, conn execer, to string) error {
	part := to + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	err := vacuumInto(ctx, conn, part)
	if err == nil {
		err = os.Rename(part, to)
	}
	if err != nil {
		return errors.Join(named(err), removeIfThere(part))
	}
	return syncDir(filepath.Dir(to))
}

func migrateStep(ctx context.Context, conn *sql.Conn, version int) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, stmt := range []string{steps[version], fmt.Sprintf("pragma user_version = %d", version+1)} {
		if _, err := tx.ExecContext(ctx, stmt); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// OtherNetworkError refuses a data directory that is stamped for the other network.
type OtherNetworkError struct {
	// Sandbox is what the directory is for.
	Sandbox bool
}

func (e *OtherNetworkError) Error() string {
	if e.Sandbox {
		return "this data directory belongs to the sandbox network, not to the real one: start with --sandbox, or give another directory"
	}
	return "this data directory belongs to the real network, not to the sandbox one: start without --sandbox, or give another directory"
}

// stamp marks a new file for its network and refuses a file of the other one.
func stamp(ctx context.Context, conn *sql.Conn, sandbox bool) error {
	want := "real"
	if sandbox {
		want = "sandbox"
	}
	if _, err := conn.ExecContext(ctx, "insert into meta (name, value) values ('network', ?) on conflict do nothing", want); err != nil {
		return fmt.Errorf("stamp: %w", err)
	}
	var have string
	if err := conn.QueryRowContext(ctx, "select value from meta where name = 'network'").Scan(&have); err != nil {
		return fmt.Errorf("read stamp: %w", err)
	}
	if have != want {
		return &OtherNetworkError{Sandbox: have == "sandbox"}
	}
	return nil
}
