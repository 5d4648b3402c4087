// Package page is the phone page of the sandbox: simulated phones that look and
// work like a phone's chat, in the browser. It holds static files only; they
// work against the sandbox's HTTP interface under /api/ on the same origin.
package page

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/nodeline/nodeline/sidecar/web"
)

//go:embed static
var static embed.FS

// Handler serves the page at "/" and its files under "/assets/"; everything
// else is 404. Mount it at both.
func Handler() http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(fmt.Sprintf("open phone page: %v", err))
	}
	return web.Page(files)
}
