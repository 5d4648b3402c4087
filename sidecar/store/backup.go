package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// A backup is a directory:
//
//	nodeline-20260322T101500Z/
//	  sessions.db    one snapshot, taken first
//	  nodeline.db    one snapshot, taken second
//	  manifest.json  what they are, with their checksums; written last
//
// The order decides what can be missing where the files disagree, as two files
// never are of one moment. The sessions' file is the older one. Then all that a
// session had acknowledged to WhatsApp, or sent, is in the state: the state is
// committed before an acknowledgement and before a send. The other way round, an
// answer that came between the two would be acknowledged in one file and unheard
// of in the other, and WhatsApp does not deliver it twice. A line that was linked
// in between has an account without a session: it says that it is logged out.
//
// Everything that was committed before Backup was called is in both files.

const (
	fileManifest   = "manifest.json"
	backupPrefix   = "nodeline-"
	partPrefix     = ".part-"
	backupTime     = "20060102T150405Z"
	manifestFormat = 1
	partKeep       = 24 * time.Hour // an interrupted backup is removed by the next one, after this
)

// Manifest describes a backup.
type Manifest struct {
	Format   int             `json:"format"`   // 1
	Nodeline string          `json:"nodeline"` // version of the program that made it
	Schema   int             `json:"schema"`   // version of nodeline.db
	Began    time.Time       `json:"began"`    // all that was committed until then is in it
	Created  time.Time       `json:"created"`  // nothing that came later is in it
	Network  string          `json:"network"`  // "real" or "sandbox"
	Lines    []schema.LineID `json:"lines"`
	Files    []ManifestFile  `json:"files"`
}

// ManifestFile is one file of a backup.
type ManifestFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// BackupOptions say how a backup is made.
type BackupOptions struct {
	Version string // of the program, for the manifest
	// Keep is how many backups stay in the folder, this one among them; 0: all.
	Keep int
	// Progress is told now and then how many of how many bytes are written; nil: nobody.
	Progress func(done, total int64)
}

// Backup copies the state and the sessions of a data directory into a new
// directory under folder, and returns its path. The sidecar may be running, in
// this process or another: it goes on meanwhile. The backup is there whole, checked
// and flushed to disk, or not at all. Errors: fs.ErrNotExist: there is no state in
// dir; fs.ErrExist: a backup of this second is there; ErrRestoring; *DamagedError.
func Backup(ctx context.Context, dir, folder string, opt BackupOptions) (path string, m Manifest, err error) {
	if err := whole(dir); err != nil {
		return "", m, err
	}
	if _, err := os.Stat(filepath.Join(dir, fileState)); err != nil {
		return "", m, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", m, err
	}
	m = Manifest{Format: manifestFormat, Nodeline: opt.Version, Began: time.Now().UTC()}
	name := backupPrefix + m.Began.Format(backupTime)
	path = filepath.Join(folder, name)
	if _, err := os.Lstat(path); err == nil {
		return "", m, &os.PathError{Op: "backup", Path: path, Err: os.ErrExist}
	}
	part := filepath.Join(folder, partPrefix+name)
	if err := os.Mkdir(part, 0o700); err != nil {
		return "", m, err
	}
	err = fill(ctx, dir, part, &m, opt.Progress)
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return "", m, errors.Join(named(err), os.RemoveAll(part))
	}
	if err := syncDir(folder); err != nil {
		return "", m, err
	}
	return path, m, tidy(folder, opt.Keep)
}

// fill writes a backup's files.
func fill(ctx context.Context, dir, part string, m *Manifest, progress func(done, total int64)) error {
	w := &meter{report: progress}
	names := []string{fileSessions, fileState}
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			w.total += info.Size()
		}
	}
	for _, name := range names {
		from, to := filepath.Join(dir, name), filepath.Join(part, name)
		if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) && name == fileSessions {
			continue // no line was ever made
		}
		if err := snapshot(ctx, from, to, w); err != nil {
			return damaged(from, err)
		}
		m.Created = time.Now().UTC()
		file, err := verified(ctx, to)
		if err != nil {
			return err
		}
		m.Files = append(m.Files, file)
	}
	if err := describeState(ctx, filepath.Join(part, fileState), m); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := writeNew(filepath.Join(part, fileManifest), append(text, '\n')); err != nil {
		return err
	}
	return syncDir(part)
}

// snapshot copies one database as it is at one moment, whoever writes to it.
func snapshot(ctx context.Context, from, to string, w *meter) error {
	db, err := database(from)
	if err != nil {
		return err
	}
	stop := w.watch(to)
	err = vacuumInto(ctx, db, to)
	stop()
	return errors.Join(err, db.Close())
}

// verified looks at every page of a copy, and gives its checksum.
func verified(ctx context.Context, path string) (ManifestFile, error) {
	db, err := still(path)
	if err != nil {
		return ManifestFile{}, err
	}
	err = sound(ctx, db, path, 0)
	if err == nil {
		var broken string
		if broken, err = firstLine(ctx, db, `select "table" from pragma_foreign_key_check`); err == nil && broken != "" {
			err = &DamagedError{File: path, Err: fmt.Errorf("rows of %s belong to nothing", broken)}
		}
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return ManifestFile{}, err
	}
	return checksum(path)
}

// still opens a database that nobody writes to, without touching anything beside it.
func still(path string) (*sql.DB, error) {
	return sql.Open("sqlite", fileURL(path, "mode=ro&immutable=1"))
}

func checksum(path string) (ManifestFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return ManifestFile{}, err
	}
	h := sha256.New()
	n, err := io.Copy(h, file)
	return ManifestFile{Name: filepath.Base(path), Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}, errors.Join(err, file.Close())
}

// describeState reads from a copied state what the manifest says of it.
func describeState(ctx context.Context, path string, m *Manifest) (err error) {
	db, err := still(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.QueryRowContext(ctx, "select user_version, (select value from meta where name = 'network') from pragma_user_version").
		Scan(&m.Schema, &m.Network); err != nil {
		return fmt.Errorf("read the copied state: %w", err)
	}
	rows, err := db.QueryContext(ctx, "select id from line order by created, id")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	m.Lines = []schema.LineID{}
	for rows.Next() {
		var id schema.LineID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		m.Lines = append(m.Lines, id)
	}
	return rows.Err()
}

// meter tells how far the copying is, by the size of what is written.
type meter struct {
	report      func(done, total int64)
	done, total int64
}

// watch reports until stop, which returns when nothing more is reported.
func (w *meter) watch(path string) (stop func()) {
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			return 0
		}
		return info.Size()
	}
	if w.report == nil {
		return func() {}
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				w.report(w.done+size(), max(w.total, w.done+size()))
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
		w.done += size()
	}
}

// tidy removes what interrupted backups left, and all but the newest backups.
func tidy(folder string, keep int) error {
	list, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var old []string
	for _, d := range list {
		name, isPart := strings.CutPrefix(d.Name(), partPrefix)
		at, err := time.Parse(backupPrefix+backupTime, name)
		if err != nil || !d.IsDir() {
			continue
		}
		if isPart && time.Since(at) > partKeep {
			err = os.RemoveAll(filepath.Join(folder, d.Name()))
		} else if !isPart {
			old = append(old, d.Name())
		}
		if err != nil {
			return err
		}
	}
	if keep <= 0 || len(old) <= keep {
		return nil
	}
	slices.Sort(old)
	for _, name := range old[:len(old)-keep] {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

// ReadBackup reads a backup's manifest and verifies the files against it.
// Errors: fs.ErrNotExist: path is no backup; *DamagedError; *NewerError.
func ReadBackup(path string) (Manifest, error) {
	var m Manifest
	name := filepath.Join(path, fileManifest)
	text, err := os.ReadFile(name)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, &DamagedError{File: name, Err: err}
	}
	if m.Format > manifestFormat || m.Schema > len(steps) {
		return m, &NewerError{Version: max(m.Schema, len(steps)+1), Known: len(steps)}
	}
	if !slices.ContainsFunc(m.Files, func(f ManifestFile) bool { return f.Name == fileState }) {
		return m, &DamagedError{File: name, Err: errors.New("it names no nodeline.db")}
	}
	for _, want := range m.Files {
		if want.Name != fileState && want.Name != fileSessions {
			return m, &DamagedError{File: name, Err: fmt.Errorf("it names a file %q", want.Name)}
		}
		got, err := checksum(filepath.Join(path, want.Name))
		if err != nil {
			return m, &DamagedError{File: filepath.Join(path, want.Name), Err: err}
		}
		if got != want {
			return m, &DamagedError{File: filepath.Join(path, want.Name), Err: errors.New("its checksum is not the manifest's")}
		}
	}
	return m, nil
}
