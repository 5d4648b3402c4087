package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/line"
	"github.com/nodeline/nodeline/sidecar/store"
)

// backupCmd copies the data directory, while the sidecar runs or not.
type backupCmd struct {
	Folder string `arg:"" placeholder:"FOLDER" help:"${h_backup_folder}"`
	Data   string `placeholder:"DIR" env:"NODELINE_DATA" help:"${h_data}"`
	Keep   int    `placeholder:"N" help:"${h_backup_keep}"`
}

// Run prints the backup's path, and nothing else, on the standard output.
func (c *backupCmd) Run(a *app) error {
	if c.Keep < 0 {
		return usageError{textKeepNegative.In(a.lang)}
	}
	dir, err := dataDir(c.Data)
	if err != nil {
		return err
	}
	path, m, err := store.Backup(a.ctx, dir, c.Folder, store.BackupOptions{Version: version(), Keep: c.Keep, Progress: a.progress})
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf(textBackupExists.In(a.lang), c.Folder)
	case path == "" && errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf(textNoState.In(a.lang), dir)
	case path == "" && errors.Is(err, bridge.ErrStorageFull):
		return fmt.Errorf(textBackupNoRoom.In(a.lang), c.Folder)
	case err != nil:
		return a.opening(dir, err)
	}
	a.mark(m.Network == networkSandbox)
	var size int64
	for _, f := range m.Files {
		size += f.Size
	}
	fmt.Fprintf(a.err, textBackupMade.In(a.lang)+"\n", len(m.Lines), megabytes(size), m.Began.Format(time.RFC3339))
	fmt.Fprintln(a.out, path)
	return nil
}

// networkSandbox is how a data directory is stamped for a sandbox.
const networkSandbox = "sandbox"

func (a *app) progress(done, total int64) {
	fmt.Fprintf(a.err, textBackupProgress.In(a.lang)+"\n", done*100/max(total, 1), megabytes(total))
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f", float64(n)/1e6) }

// restoreCmd puts a backup in place of the data directory's files.
type restoreCmd struct {
	Backup string `arg:"" placeholder:"BACKUP" help:"${h_restore_backup}"`
	Data   string `placeholder:"DIR" env:"NODELINE_DATA" help:"${h_data}"`
	Yes    bool   `help:"${h_restore_yes}"`
}

// Run prints the report that it also keeps.
func (c *restoreCmd) Run(a *app) error {
	dir, err := dataDir(c.Data)
	if err != nil {
		return err
	}
	m, err := store.ReadBackup(c.Backup)
	if err != nil {
		return c.refused(a, dir, err)
	}
	report, err := store.Restore(a.ctx, c.Backup, dir, store.RestoreOptions{
		Replace: c.Yes,
		Reason:  fmt.Sprintf(textPausedReason.In(a.lang), m.Began.Format(time.RFC3339)),
		Sessions: func(ctx context.Context, db *sql.DB) error {
			return line.Rewound(ctx, db, "", a.log)
		},
	})
	if err != nil {
		return c.refused(a, dir, err)
	}
	a.mark(report.Manifest.Network == networkSandbox)
	text := a.restored(dir, report)
	fmt.Fprint(a.out, text)
	kept, err := store.KeepReport(dir, report, text)
	if err != nil {
		return fmt.Errorf("keep the report: %w", err)
	}
	a.say(textReportKept, kept)
	return nil
}

// refused says why a backup was not restored.
func (c *restoreCmd) refused(a *app, dir string, err error) error {
	if newer, ok := errors.AsType[*store.NewerError](err); ok {
		return fmt.Errorf(textDirNewer.In(a.lang), c.Backup, newer.Version, newer.Known)
	}
	if damaged, ok := errors.AsType[*store.DamagedError](err); ok {
		return damagedError{fmt.Sprintf(textBackupDamaged.In(a.lang), damaged.File, damaged.Err)}
	}
	switch {
	case errors.Is(err, store.ErrStateExists):
		return fmt.Errorf(textStateExists.In(a.lang), dir, changed(dir).Format(time.RFC3339))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf(textNoBackup.In(a.lang), c.Backup)
	}
	return a.opening(dir, err)
}

// changed is when a data directory was last written to.
func changed(dir string) (at time.Time) {
	for _, name := range []string{"nodeline.db", "nodeline.db-wal"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.ModTime().After(at) {
			at = info.ModTime()
		}
	}
	return at.UTC().Truncate(time.Second)
}

// restored is the report: what was restored, what may repeat, what nobody knows.
func (a *app) restored(dir string, r store.RestoreReport) string {
	var b strings.Builder
	say := func(text string, args ...any) { fmt.Fprintf(&b, text+"\n", args...) }
	// Clocks of two machines differ, and Restored is cut to seconds.
	age := max(0, r.Restored.Sub(r.Manifest.Began)).Round(time.Second)
	say(textRestored.In(a.lang), dir, r.Manifest.Began.Format(time.RFC3339), age, r.Manifest.Nodeline)
	if r.Aside != "" {
		say(textRestoredAside.In(a.lang), r.Aside)
	}
	if len(r.Lines) == 0 {
		say(textRestoredNoLines.In(a.lang))
		return b.String()
	}
	say(textRestoredLines.In(a.lang))
	for _, l := range r.Lines {
		say(textRestoredLine.In(a.lang), l.ID, l.Queued, l.Unknown, l.Asks)
		if !l.Linked {
			say(textRestoredNotLinked.In(a.lang))
		}
	}
	say(textRestoredRepeat.In(a.lang), age, r.Deliveries)
	say(textRestoredNext.In(a.lang))
	return b.String()
}

// checkCmd looks at every page of a data directory or a backup.
type checkCmd struct {
	Dir string `arg:"" optional:"" placeholder:"DIR" env:"NODELINE_DATA" help:"${h_check_dir}"`
}

// Run prints a line for each file; a damaged one makes the exit code 3.
func (c *checkCmd) Run(a *app) error {
	dir, err := dataDir(c.Dir)
	if err != nil {
		return err
	}
	list, err := store.Check(a.ctx, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf(textNoState.In(a.lang), dir)
	}
	if err != nil {
		return a.opening(dir, err)
	}
	var bad error
	for _, f := range list {
		if f.Err == nil {
			a.say(textCheckSound, f.File, megabytes(f.Size))
			continue
		}
		cause := f.Err
		if damaged, ok := errors.AsType[*store.DamagedError](cause); ok {
			cause = damaged.Err
		}
		a.say(textCheckDamaged, f.File, cause)
		bad = damagedError{textCheckBad.In(a.lang)}
	}
	return bad
}
