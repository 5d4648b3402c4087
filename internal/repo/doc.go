// Package repo holds what is true of the repository as a whole: who may import
// whom, what may stand in a tracked file, and under which licences the linked
// modules come. Its tests check it; its command notice writes NOTICE.
package repo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is this repository's module path.
const Module = "github.com/nodeline/nodeline"

// Root finds the repository's root folder: the nearest parent with a go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("find the root: no go.mod in any parent folder")
		}
		dir = parent
	}
}

// Package is what `go list` says of one package.
type Package struct {
	ImportPath   string
	Dir          string
	Standard     bool
	Module       *GoModule
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

// GoModule is a module that a package belongs to.
type GoModule struct {
	Path    string
	Version string
	Dir     string
	Main    bool
}

// list runs `go list` in root with arguments and environment added.
func list(root string, env []string, args ...string) ([]Package, error) {
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Standard,Module,GoFiles,Imports,TestImports,XTestImports,Deps"}, args...)...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	var pkgs []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		pkgs = append(pkgs, p)
	}
}
