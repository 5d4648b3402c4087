//go:build unix

package store

import (
	"errors"
	"os"
)

// syncDir flushes a directory, so that a file's new name survives a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
