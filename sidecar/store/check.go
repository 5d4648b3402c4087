package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Checked is what Check found in one file.
type Checked struct {
	File string
	Size int64
	Err  error // nil: sound; a *DamagedError otherwise
}

// Check looks at every page of a data directory's files, or of a backup's. The
// sidecar may be running. An error: a file could not be looked at.
func Check(ctx context.Context, dir string) (list []Checked, err error) {
	_, errManifest := os.Stat(filepath.Join(dir, fileManifest))
	if errManifest == nil {
		if _, err := ReadBackup(dir); err != nil {
			return []Checked{{File: dir, Err: err}}, nil
		}
	}
	for _, name := range []string{fileState, fileSessions} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			if name == fileState {
				return nil, err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		err = checkFile(ctx, path, errManifest == nil)
		if _, isDamage := errors.AsType[*DamagedError](err); err != nil && !isDamage {
			return nil, err
		}
		list = append(list, Checked{File: path, Size: info.Size(), Err: err})
	}
	return list, nil
}

func checkFile(ctx context.Context, path string, isStill bool) error {
	openIt := database
	if isStill {
		openIt = func(path string, _ ...string) (*sql.DB, error) { return still(path) }
	}
	db, err := openIt(path)
	if err != nil {
		return err
	}
	found, err := firstLine(ctx, db, "pragma integrity_check(1)")
	switch {
	case err != nil:
		err = damaged(path, err)
	case found != "ok":
		err = &DamagedError{File: path, Err: errors.New(found)}
	default:
		if found, err = firstLine(ctx, db, `select "table" from pragma_foreign_key_check`); err == nil && found != "" {
			err = &DamagedError{File: path, Err: fmt.Errorf("rows of %s belong to nothing", found)}
		}
	}
	return errors.Join(err, db.Close())
}
