package repo

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// heavy names each big dependency and the folders that may import it.
var heavy = map[string][]string{
	"go.mau.fi/whatsmeow":                    {"sidecar/line", "sidecar/sandbox", "e2e/bench"},
	"go.mau.fi/libsignal":                    {"sidecar/line", "sidecar/sandbox"},
	"github.com/gorilla/websocket":           {"sidecar/rpc", "sidecar/sandbox"},
	"github.com/tetratelabs/wazero":          {"plugin/host"},
	"github.com/go-playground/validator/v10": {"plugin/native"},
	"modernc.org/sqlite":                     {"sidecar/store"},
	"github.com/creachadair/jrpc2":           {"sidecar/rpc"},
	"github.com/alecthomas/kong":             {"sidecar/cmd/nodeline"},
	"github.com/nyaruka/phonenumbers":        {"sidecar/bridge"},
	"code.dny.dev/ssrf":                      {"sidecar/outward"},
	"github.com/gabriel-vasile/mimetype":     {"sidecar/media"},
}

// heavyInTests names the folders that may import it in their tests beside: bare
// whatsmeow, the peer that the sandbox is tested with, wants a session store.
var heavyInTests = map[string][]string{
	"modernc.org/sqlite": {"sidecar/sandbox"},
}

// adapters stand between bridge and the world, and never import each other.
// sidecar/outward is none of them: it is how those that connect to addresses of
// others do it.
var adapters = []string{"sidecar/line", "sidecar/store", "sidecar/deliver", "sidecar/rpc", "sidecar/link", "sidecar/media", "sidecar/oauth", "sidecar/sandbox"}

// under reports whether an import path is dir of this module or below it.
func under(path, dir string) bool {
	return within(path, Module+"/"+dir)
}

func within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// listed is read once: no test changes a package.
var listed = sync.OnceValues(func() ([]Package, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	pkgs, err := list(root, nil, "./...")
	if err != nil {
		return nil, err
	}
	guest, err := list(root, []string{"GOOS=wasip1", "GOARCH=wasm"}, "./plugin/guest/...")
	return append(pkgs, guest...), err
})

func packages(t *testing.T) []Package {
	t.Helper()
	pkgs, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

func TestEachBigDependencyHasItsFolders(t *testing.T) {
	used := map[string]bool{}
	for _, p := range packages(t) {
		for dep, dirs := range heavy {
			if checkImporter(t, p, p.Imports, dep, dirs) {
				used[dep] = true
			}
			checkImporter(t, p, slices.Concat(p.TestImports, p.XTestImports), dep, slices.Concat(dirs, heavyInTests[dep]))
		}
	}
	for dep := range heavy {
		if !used[dep] {
			t.Errorf("nothing imports %s: its rule holds nothing", dep)
		}
	}
}

// checkImporter reports whether a package imports a dependency, and complains if it may not.
func checkImporter(t *testing.T, p Package, imports []string, dep string, dirs []string) (imported bool) {
	for _, imp := range imports {
		if !within(imp, dep) {
			continue
		}
		imported = true
		if !slices.ContainsFunc(dirs, func(dir string) bool { return under(p.ImportPath, dir) }) {
			t.Errorf("%s imports %s; only %v may", p.ImportPath, imp, dirs)
		}
	}
	return imported
}

func TestAdaptersDoNotImportEachOther(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range packages(t) {
		for _, own := range adapters {
			if !under(p.ImportPath, own) {
				continue
			}
			seen[own] = true
			// Tests may: a real store under rpc's tests shows more than a double would.
			for _, imp := range p.Imports {
				for _, other := range adapters {
					if other != own && under(imp, other) {
						t.Errorf("%s imports %s: adapters meet in cmd/nodeline only", p.ImportPath, imp)
					}
				}
			}
		}
	}
	for _, dir := range adapters {
		if !seen[dir] {
			t.Errorf("there is no package in %s: its rule holds nothing", dir)
		}
	}
}

func TestSchemaImportsTheStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		// The generator is a program beside the vocabulary, not part of it.
		if !under(p.ImportPath, "schema") || under(p.ImportPath, "schema/generate") {
			continue
		}
		for _, imp := range p.Imports {
			if strings.Contains(imp, ".") && !under(imp, "schema") {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

func TestBridgeImportsSchemaOnly(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != Module+"/sidecar/bridge" {
			continue
		}
		for _, imp := range p.Imports {
			outside := strings.Contains(imp, ".") && !under(imp, "schema") && !under(imp, "sidecar/bridge")
			if outside && !within(imp, "github.com/nyaruka/phonenumbers") {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// The guest is small because it needs neither reflection nor fmt.
func TestGuestNeedsNoReflectionAndNoFmt(t *testing.T) {
	found := false
	for _, p := range packages(t) {
		if !under(p.ImportPath, "plugin/guest") {
			continue
		}
		found = true
		for _, imp := range []string{"reflect", "encoding/json"} {
			if slices.Contains(p.Imports, imp) {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
		if slices.Contains(p.Deps, "fmt") {
			t.Errorf("%s depends on fmt", p.ImportPath)
		}
	}
	if !found {
		t.Error("there is no package in plugin/guest")
	}
}

// The production path takes an address and a trust root; it never links the
// sandbox in. In the binary only the command `nodeline sandbox` does.
func TestProductionNeverImportsTheSandbox(t *testing.T) {
	const sandbox = "sidecar/sandbox"
	command := Module + "/sidecar/cmd/nodeline"
	for _, p := range packages(t) {
		if under(p.ImportPath, sandbox) || p.ImportPath == command || under(p.ImportPath, "e2e") {
			continue
		}
		for _, dep := range p.Deps {
			if under(dep, sandbox) {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
	importers := filesImporting(t, command, Module+"/"+sandbox)
	if !slices.Equal(importers, []string{"sandbox.go"}) {
		t.Errorf("in cmd/nodeline the sandbox is imported by %v, want sandbox.go alone", importers)
	}
}

// filesImporting names the files of a package that import a path or one below it.
func filesImporting(t *testing.T, pkg, path string) []string {
	t.Helper()
	var names []string
	for _, p := range packages(t) {
		if p.ImportPath != pkg {
			continue
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range file.Imports {
				if within(strings.Trim(imp.Path.Value, `"`), path) {
					names = append(names, name)
					break
				}
			}
		}
	}
	return names
}
