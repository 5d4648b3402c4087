// Command notice writes NOTICE and the files of licence texts from the licence
// files of what is linked. It fails on a licence that is unknown or not allowed.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/nodeline/nodeline/internal/repo"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

func write() error {
	root, err := repo.Root()
	if err != nil {
		return err
	}
	files, err := repo.Files(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
