package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Going back to a backup:
//
//	verify the backup ─ copy it beside the data ─ make the copies safe ─ mark ─ move the old files aside ─ put the new ones in place ─ unmark
//	                                               (below)               └── a crash from here on: the marker is there, the sidecar
//	                                                                         refuses to start, and the restore can be run again
//
// What makes an old state safe:
//   - Lines come up paused. Somebody reads the report first.
//   - The sessions are made to start anew with every device, see RestoreOptions.
//   - Cursors of events jump: a host that has read further than the backup knows
//     goes on at what is new, and misses none of it.

// cursorJump is further than any line gets between a backup and its restore.
const cursorJump = 1_000_000_000

// Names in a data directory while and after a backup is restored.
const (
	restorePart  = "restore-part-"
	asidePrefix  = "before-restore-"
	reportPrefix = "restore-report-"
)

// RestoreOptions say how a backup is restored.
type RestoreOptions struct {
	// Replace moves a state that is there aside; without it, that is ErrExists.
	Replace bool
	// Sessions makes a session database safe that is older than what its devices
	// have sent and received since. It is required.
	Sessions func(context.Context, *sql.DB) error
	// Reason is shown with each line, which is paused.
	Reason string
}

// RestoreReport says what was restored, and what may repeat.
type RestoreReport struct {
	Manifest Manifest
	Restored time.Time
	// Aside is where the files of before are; "" if there were none.
	Aside string
	Lines []RestoredLine
	// Deliveries are those that no host had acknowledged.
	Deliveries int
}

// RestoredLine is what was under way on a line when the backup was made.
type RestoredLine struct {
	ID      schema.LineID
	Linked  bool
	Queued  int // messages that were still to be sent
	Unknown int // of those: may have gone
	Asks    int // open
}

// ErrStateExists says that a data directory has a state already.
var ErrStateExists = errors.New("the data directory holds a state already")

// Restore puts a backup into a data directory that nobody uses. Nothing is
// deleted: what was there is moved into a folder beside it. Errors: ErrInUse;
// ErrStateExists; *DamagedError and *NewerError of the backup; fs.ErrNotExist:
// there is no backup at that path.
func Restore(ctx context.Context, backup, dir string, opt RestoreOptions) (r RestoreReport, err error) {
	if r.Manifest, err = ReadBackup(backup); err != nil {
		return r, err
	}
	if err := private(dir); err != nil {
		return r, err
	}
	lock, err := takeLock(filepath.Join(dir, fileLock))
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	marker := filepath.Join(dir, fileRestoring)
	_, interrupted := os.Stat(marker)
	if _, err := os.Stat(filepath.Join(dir, fileState)); err == nil && !opt.Replace && interrupted != nil {
		return r, ErrStateExists
	}
	r.Restored = time.Now().UTC().Truncate(time.Second)
	if err := stage(ctx, backup, dir, opt, &r); err != nil {
		return r, errors.Join(named(err), unstage(dir))
	}
	if interrupted != nil {
		if err := writeNew(marker, []byte(backup+"\n")); err != nil {
			return r, err
		}
		if err := syncDir(dir); err != nil {
			return r, err
		}
	}
	return r, swap(dir, marker, &r)
}

// stage makes what is to be put in place, beside what is there.
func stage(ctx context.Context, backup, dir string, opt RestoreOptions, r *RestoreReport) error {
	if err := unstage(dir); err != nil {
		return err
	}
	for _, f := range r.Manifest.Files {
		if err := copyPlain(filepath.Join(backup, f.Name), filepath.Join(dir, restorePart+f.Name)); err != nil {
			return err
		}
	}
	path := filepath.Join(dir, restorePart+fileSessions)
	if _, err := os.Stat(path); err == nil {
		if err := within(path, func(db *sql.DB) error { return opt.Sessions(ctx, db) }); err != nil {
			return fmt.Errorf("make the sessions safe: %w", err)
		}
	}
	return within(filepath.Join(dir, restorePart+fileState), func(db *sql.DB) error { return settle(ctx, db, opt.Reason, r) })
}

// within opens a database for fn, and leaves one file, flushed to disk.
func within(path string, fn func(*sql.DB) error) error {
	db, err := database(path, "synchronous(full)", "foreign_keys(1)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	err = fn(db)
	if err == nil {
		_, err = db.Exec("pragma wal_checkpoint(truncate)")
	}
	return errors.Join(err, db.Close(), removeIfThere(path+"-wal"), removeIfThere(path+"-shm"))
}

// settle brings a restored state up to date, pauses its lines, and reads what was under way.
func settle(ctx context.Context, db *sql.DB, reason string, r *RestoreReport) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := migrate(ctx, conn, ""); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "update line set paused_at = ?, paused_reason = ?, event_seq = event_seq + ?",
		r.Restored.UnixMilli(), reason, cursorJump)
	if err != nil {
		return err
	}
	rows, err := conn.QueryContext(ctx, `select id, account <> '',
		(select count(*) from outbox where line = line.id and settled = 0),
		(select count(*) from outbox where line = line.id and settled = 0 and status = ?),
		(select count(*) from ask where line = line.id and open = 1),
		(select count(*) from delivery where acked is null and dead is null) from line order by created, id`, schema.StatusUnknown)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var l RestoredLine
		if err := rows.Scan(&l.ID, &l.Linked, &l.Queued, &l.Unknown, &l.Asks, &r.Deliveries); err != nil {
			return err
		}
		r.Lines = append(r.Lines, l)
	}
	return rows.Err()
}

// databaseFiles are a database and what SQLite keeps beside it.
func databaseFiles() (names []string) {
	for _, name := range []string{fileState, fileSessions} {
		names = append(names, name, name+"-wal", name+"-shm")
	}
	return names
}

func unstage(dir string) error {
	var errs []error
	for _, name := range databaseFiles() {
		errs = append(errs, removeIfThere(filepath.Join(dir, restorePart+name)))
	}
	return errors.Join(errs...)
}

// swap moves the old files aside and the new ones in. It can be run again after
// it was cut short anywhere.
func swap(dir, marker string, r *RestoreReport) error {
	aside := filepath.Join(dir, asidePrefix+r.Restored.Format(backupTime))
	for name, n := aside, 2; ; n++ { // never over what an earlier one put there
		if _, err := os.Lstat(aside); err != nil {
			break
		}
		aside = fmt.Sprintf("%s-%d", name, n)
	}
	for _, name := range databaseFiles() {
		old := filepath.Join(dir, name)
		if _, err := os.Lstat(old); err != nil {
			continue
		}
		if err := private(aside); err != nil {
			return err
		}
		if err := os.Rename(old, filepath.Join(aside, name)); err != nil {
			return err
		}
		r.Aside = aside
	}
	for _, f := range r.Manifest.Files {
		if err := os.Rename(filepath.Join(dir, restorePart+f.Name), filepath.Join(dir, f.Name)); err != nil {
			return err
		}
	}
	if err := syncDir(dir); err != nil {
		return err
	}
	if err := os.Remove(marker); err != nil {
		return err
	}
	return syncDir(dir)
}

// KeepReport writes a report's text into the data directory, and returns its path.
func KeepReport(dir string, r RestoreReport, text string) (string, error) {
	path := filepath.Join(dir, reportPrefix+r.Restored.Format(backupTime)+".txt")
	if err := removeIfThere(path); err != nil {
		return "", err
	}
	return path, writeNew(path, []byte(text))
}
