// Command generate makes from schema and the catalogue everything that is not
// written by hand: the guest's rule table, JSON Schema, the OpenRPC document, the
// TypeScript types, the models of Node-RED's nodes and n8n's properties.
//
//	go run ./schema/generate          write what changed
//	go run ./schema/generate -check   write nothing, exit 1 if a file is stale
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/nodeline/nodeline/schema/vectors"
	"github.com/nodeline/nodeline/ui-manifests/catalog"
)

// output is a file made, by its path from the repository's root.
type output struct {
	path string
	make func(*model) ([]byte, error)
}

// outputs are all of them.
var outputs = append([]output{
	{"plugin/guest/rules.gen.go", guestTable},
	{"docs/operations.md", operationDocs},
	{"schema/gen/schema.json", jsonSchema},
	{"schema/gen/openrpc.json", openRPC},
	{"schema/vectors/" + vectors.Made, boundaries},
	{"ui-manifests/client/src/schema.gen.ts", typeScript},
	{"ui-manifests/n8n/generated/schema.gen.ts", typeScript},
	{"ui-manifests/n8n/generated/spec.gen.ts", clientCopy("spec")},
	{"ui-manifests/n8n/generated/request.gen.ts", clientCopy("request")},
	{"ui-manifests/n8n/generated/base.gen.ts", clientCopy("base")},
	{"ui-manifests/n8n/generated/problem.gen.ts", clientCopy("problem")},
	{"ui-manifests/n8n/generated/action.gen.ts", n8nNode(catalog.Action)},
	{"ui-manifests/n8n/generated/activity.gen.ts", n8nNode(catalog.Activity)},
	{"ui-manifests/n8n/generated/robot.gen.ts", n8nNode(catalog.Robot)},
	{"ui-manifests/n8n/generated/trigger.gen.ts", n8nNode(catalog.Trigger)},
}, redOutputs()...)

func main() {
	check := flag.Bool("check", false, "write nothing; exit 1 if a generated file is stale")
	flag.Parse()
	root, err := findRoot()
	if err == nil {
		err = run(root, *check, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// findRoot walks up to the folder of go.mod.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("find go.mod: not inside the repository")
		}
		dir = up
	}
}

func run(root string, check bool, out io.Writer) error {
	m, err := load(root)
	if err != nil {
		return err
	}
	stale := 0
	for _, o := range outputs {
		want, err := o.make(m)
		if err != nil {
			return fmt.Errorf("make %s: %w", o.path, err)
		}
		path := filepath.Join(root, o.path)
		have, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		if err == nil && bytes.Equal(have, want) {
			continue
		}
		stale++
		if check {
			fmt.Fprintf(out, "%s: %s\n", o.path, difference(have, want))
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(out, "wrote", o.path)
	}
	if check && stale > 0 {
		return fmt.Errorf("%d generated files are stale: run go run ./schema/generate", stale)
	}
	return nil
}

// difference says where two texts part.
func difference(have, want []byte) string {
	if have == nil {
		return "missing"
	}
	a, b := bytes.Split(have, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(a), len(b)) {
		var x, y []byte
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if !bytes.Equal(x, y) {
			return fmt.Sprintf("%d lines, want %d; first difference in line %d:\n  have %s\n  want %s", len(a), len(b), i+1, x, y)
		}
	}
	return "same"
}
