// Package page is the page that a flow editor's popup shows: which line to use, and
// the codes to link one. It holds static files only; they call POST /oauth/...
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

// Handler serves the page at "/" and its files under "/assets/".
func Handler() http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(fmt.Sprintf("open linking page: %v", err))
	}
	return web.Popup(files)
}
