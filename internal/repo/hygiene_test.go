package repo

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tracked returns the files that git knows, new ones included, relative to root.
func tracked(t *testing.T) (root string, names []string) {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for name := range strings.SplitSeq(strings.Trim(string(out), "\x00"), "\x00") {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			names = append(names, name)
		}
	}
	if len(names) < 10 {
		t.Fatalf("git lists only %d files", len(names))
	}
	return root, names
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func binaryFile(name string) bool {
	return slices.Contains([]string{".png", ".ico", ".woff2", ".bin", ".gz"}, path.Ext(name))
}

// forbidden is what no tracked file may hold. The patterns are written so that
// they do not match themselves.
var forbidden = []struct {
	why     string
	pattern *regexp.Regexp
}{
	{"a package registry's host", regexp.MustCompile(`https?://(registry|proxy|deb|security)\.`)},
	{"a package registry's host", regexp.MustCompile(`\b(npmjs[.]org|proxy[.]golang[.]org|debian[.]org)\b`)},
	{"a path of one machine", regexp.MustCompile(`(^|[\s"'(=:])/(w[o]rk|f[a]rm|r[o]ot|h[o]me/[a-z])/`)},
}

func TestTrackedFilesHoldNoHostsAndNoMachinePaths(t *testing.T) {
	root, names := tracked(t)
	for _, name := range names {
		if binaryFile(name) || name == "go.sum" {
			continue
		}
		for i, line := range strings.Split(read(t, root, name), "\n") {
			for _, f := range forbidden {
				if found := f.pattern.FindString(line); found != "" {
					t.Errorf("%s:%d: %s: %q", name, i+1, f.why, found)
				}
			}
		}
	}
}

func TestLockFilesNameNoDownloadAddress(t *testing.T) {
	root, _ := tracked(t)
	for _, name := range []string{"package-lock.json", "ui-manifests/n8n/package-lock.json"} {
		lock := read(t, root, name)
		if strings.Contains(lock, `"resolved": "http`) {
			t.Errorf("%s names addresses: run npm install with the .npmrc beside it", name)
		}
		if !strings.Contains(lock, `"integrity"`) {
			t.Errorf("%s holds no integrity", name)
		}
	}
}

func TestBuildProductsAreNotTracked(t *testing.T) {
	root, _ := tracked(t)
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.Trim(string(out), "\x00"), "\x00") {
		if strings.Contains("/"+name, "/node_modules/") || path.Ext(name) == ".wasm" || path.Ext(name) == ".tgz" {
			t.Errorf("%s is a build product", name)
		}
		most := int64(1 << 20)
		if strings.HasSuffix(name, ".gen.json") { // made by just generate, and read by the tests of four runtimes
			most *= 2
		}
		if info, err := os.Stat(filepath.Join(root, name)); err == nil && info.Size() > most {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
	}
}

var (
	left = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b|\bt\.Sk` + `ip(Now|f)?\(|\.(sk` + `ip|on` + `ly)\(`)
	// sleeps are waits that hope; a pause between looks, in a for clause, is none.
	sleeps = regexp.MustCompile(`^\s*time\.Sl` + `eep\(|waitFor` + `Timeout\(`)
)

func TestNothingIsLeftOpenAndNoTestSleeps(t *testing.T) {
	root, names := tracked(t)
	for _, name := range names {
		if !slices.Contains([]string{".go", ".ts", ".mjs", ".js", ".html", ".css"}, path.Ext(name)) {
			continue
		}
		isTest := strings.HasSuffix(name, "_test.go") || strings.Contains(name, ".test.") || strings.HasPrefix(name, "e2e/")
		text := read(t, root, name)
		// Inside a synctest bubble time is simulated: sleeping there waits for nothing.
		isTest = isTest && !strings.Contains(text, `"testing/synctest"`)
		for i, line := range strings.Split(text, "\n") {
			if found := left.FindString(line); found != "" {
				t.Errorf("%s:%d: left open: %q", name, i+1, found)
			}
			if found := sleeps.FindString(line); isTest && found != "" {
				t.Errorf("%s:%d: wait for a condition: %q", name, i+1, found)
			}
		}
	}
}

var (
	mdLink    = regexp.MustCompile(`\]\(([^)\s]+)\)|<img[^>]+src="([^"]+)"`)
	mdHeading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	notSlug   = regexp.MustCompile(`[^\p{L}\p{N}\- ]+`)
	fence     = regexp.MustCompile("(?s)```.*?```")
)

// anchors are the names that GitHub gives to a document's headings.
func anchors(text string) []string {
	var names []string
	for _, m := range mdHeading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		slug := notSlug.ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(strings.TrimSpace(slug), " ", "-"))
	}
	return names
}

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	root, names := tracked(t)
	links := 0
	for _, name := range names {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range mdLink.FindAllStringSubmatch(fence.ReplaceAllString(read(t, root, name), ""), -1) {
			target, anchor, _ := strings.Cut(m[1]+m[2], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			links++
			file := name
			if target != "" {
				file = path.Join(path.Dir(name), target)
			}
			if _, err := os.Stat(filepath.Join(root, file)); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, target)
			} else if anchor != "" && !slices.Contains(anchors(read(t, root, file)), anchor) {
				t.Errorf("%s: %s has no heading #%s", name, file, anchor)
			}
		}
	}
	if links == 0 {
		t.Error("no link was found in any document")
	}
}

var recipe = regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*)[^:=\n]*:$`)

func TestTheReadmeListsEveryRecipe(t *testing.T) {
	root, _ := tracked(t)
	readme := read(t, root, "README.md")
	names := recipe.FindAllStringSubmatch(read(t, root, "justfile"), -1)
	if len(names) < 5 {
		t.Fatalf("only %d recipes were read from the justfile", len(names))
	}
	for _, m := range names {
		if !strings.Contains(readme, "\n| `"+m[1]+"` |") {
			t.Errorf("README.md's table has no row for the recipe %s", m[1])
		}
	}
}

// `just` alone runs the first recipe, which lists the others.
func TestJustAloneListsTheRecipes(t *testing.T) {
	root, _ := tracked(t)
	first := regexp.MustCompile(`(?m)^([a-z_][a-z-]*)[^:=\n]*:\n((?:[ \t]+.*\n)+)`).FindStringSubmatch(read(t, root, "justfile"))
	if first == nil || first[1] != "_default" || !strings.Contains(first[2], "--list") {
		t.Errorf("the first recipe is %q", first)
	}
}

// A build writes generated files anew, so a stale one shows only before it.
func TestGeneratedFilesAreJudgedBeforeTheBuild(t *testing.T) {
	root, _ := tracked(t)
	script := read(t, root, "scripts/test.mjs")
	judged, built := strings.LastIndex(script, "checkGenerated)"), strings.LastIndex(script, "buildAll()")
	if judged < 0 || built < judged {
		t.Errorf("scripts/test.mjs judges generated files at %d and builds at %d", judged, built)
	}
}

// What CI runs is what the README tells people to run.
func TestCIRunsTheReadmesTestCommand(t *testing.T) {
	root, _ := tracked(t)
	const start = "npx -y rust-just@"
	ci := read(t, root, ".ci/run")
	_, after, found := strings.Cut(ci, start)
	if !found {
		t.Fatalf(".ci/run does not call %s", start)
	}
	command := start + strings.SplitN(after, "\n", 2)[0]
	for _, name := range []string{"README.md", "README.ru.md"} {
		if !strings.Contains(read(t, root, name), "\n"+command) {
			t.Errorf("%s does not show %q", name, command)
		}
	}
}
