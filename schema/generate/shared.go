package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// clientSources is where the TypeScript stands that the host packages share.
const clientSources = "ui-manifests/client/src"

// neighbour is an import of a file beside the one that imports it.
var neighbour = regexp.MustCompile(`(from '\./\w[\w-]*)\.js'`)

// clientCopy makes a copy of one of the client's sources for a package that may not
// import it: what n8n verifies has no dependencies. It is the source byte for byte, but
// the files beside it have a generated file's name.
func clientCopy(name string) func(*model) ([]byte, error) {
	return func(m *model) ([]byte, error) {
		path := clientSources + "/" + name + ".ts"
		text, err := os.ReadFile(filepath.Join(m.root, path))
		if err != nil {
			return nil, err
		}
		text = neighbour.ReplaceAll(text, []byte("$1.gen.js'"))
		return append([]byte(fmt.Sprintf("// %s\n// A copy of %s.\n\n", madeBy, path)), bytes.TrimLeft(text, "\n")...), nil
	}
}
