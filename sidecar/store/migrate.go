package store

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
)

var (
	//go:embed schema1.sql
	schema1 string
	//go:embed schema2_outbox.sql
	schema2Outbox string
	//go:embed schema2_data.sql
	schema2Data string
)

// schema2 is in parts, one for each matter.
var schema2 = schema2Outbox + schema2Data

// steps bring a file from version i to i+1. A step that has been released never changes.
var steps = []string{schema1, schema2}

// migrate brings a file to the newest version; the version is SQLite's user_version.
func migrate(ctx context.Context, conn *sql.Conn) error {
	var version int
	if err := conn.QueryRowContext(ctx, "pragma user_version").Scan(&version); err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	if version > len(steps) {
		return fmt.Errorf("the files are of a newer nodeline (version %d, this program knows %d): use that one", version, len(steps))
	}
	for ; version < len(steps); version++ {
		if err := migrateStep(ctx, conn, version); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+1, err)
		}
	}
	return nil
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
