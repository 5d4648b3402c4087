// Package web serves Nodeline's pages: a page's own embedded files and the
// assets that the pages share (translation, elements, dialogs, base styles).
//
// The pages need nothing from outside: no other origin, no inline script or
// style, no build step. The headers hold the browser to that.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed static
var shared embed.FS

// policy forbids everything that the pages do not need. Images may be data URLs
// (QR codes); scripts may not write markup from strings.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// types are explicit, so that a machine's own table of media types cannot change them.
var types = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

type file struct {
	name, mediaType, tag string
	body                 []byte
}

// Page serves a page: index.html of static at "/", its other files under
// "/assets/", and the shared ones under "/assets/common/". Other addresses get
// 404, other methods than GET and HEAD 405.
//
// It panics when static has no index.html or holds a file of an unknown kind:
// the files are compiled in, so that is a mistake in the program.
func Page(static fs.FS) http.Handler { return handler(static, "same-origin") }

// Popup serves a page that another origin opens in a window of its own and that leads
// back there: it stays that window's, so that the opener hears when it is done.
func Popup(static fs.FS) http.Handler { return handler(static, "unsafe-none") }

func handler(static fs.FS, opener string) http.Handler {
	files := map[string]file{}
	add(files, static)
	common, err := fs.Sub(shared, "static")
	if err != nil {
		panic(fmt.Sprintf("open shared assets: %v", err))
	}
	add(files, common)
	if _, ok := files["/"]; !ok {
		panic("open page: no index.html")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", opener)
		serve(files, w, r)
	})
}

func add(files map[string]file, from fs.FS) {
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		mediaType, ok := types[path.Ext(name)]
		if !ok {
			return fmt.Errorf("%s: unknown kind of file", name)
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		address := "/assets/" + name
		if name == "index.html" {
			address = "/"
		}
		files[address] = file{name: name, mediaType: mediaType, tag: `"` + hex.EncodeToString(sum[:12]) + `"`, body: body}
		return nil
	})
	if err != nil {
		panic(fmt.Sprintf("read page: %v", err))
	}
}

func serve(files map[string]file, w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	f, ok := files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	head.Set("Content-Type", f.mediaType)
	// Asked again each time, so that a new version is never mixed with an old one.
	head.Set("Cache-Control", "no-cache")
	head.Set("ETag", f.tag)
	http.ServeContent(w, r, strings.TrimPrefix(f.name, "/"), time.Time{}, bytes.NewReader(f.body))
}
