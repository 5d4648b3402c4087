// Package statuspage is the sidecar's own page: how the sidecar and its lines
// stand, linking a line by QR, and the open asks. It holds static files only;
// they read /status.json without a token and call POST /rpc with one.
package statuspage

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"time"

	"github.com/nodeline/nodeline/sidecar/web"
)

//go:embed static
var static embed.FS

// Status is the JSON of /status.json: what anyone who reaches the sidecar may
// know. It names no line and no phone.
type Status struct {
	Version string `json:"version"`
	// Sandbox is true when the sidecar talks to a sandbox network.
	Sandbox bool `json:"sandbox"`
	// Since is when the sidecar started.
	Since  time.Time `json:"since"`
	Counts Counts    `json:"counts"`
	// Storage is "ok", or why nothing can be stored: "full", "failed", "damaged".
	Storage string `json:"storage"`
}

// Counts are totals over all lines.
type Counts struct {
	Lines     int `json:"lines"`
	Connected int `json:"connected"` // lines whose messages flow
	Waiting   int `json:"waiting"`   // open asks
	Queued    int `json:"queued"`    // messages not sent yet
}

// Handler serves the page at "/" and its files under "/assets/"; everything
// else is 404. Mount it at both.
func Handler() http.Handler {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(fmt.Sprintf("open status page: %v", err))
	}
	return web.Page(files)
}
