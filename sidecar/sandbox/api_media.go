package sandbox

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// apiSendFile sends the body as a file: to, name, caption and as stand in the address.
func (n *Network) apiSendFile(r *http.Request) (int, any, error) {
	p, err := n.pathPhone(r)
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return 0, nil, apiError{http.StatusRequestEntityTooLarge, errFileSize.Error()}
		}
		return 0, nil, err
	}
	query := r.URL.Query()
	id, err := p.SendFileAs(query.Get("as"), query.Get("to"), query.Get("name"), r.Header.Get("Content-Type"), query.Get("caption"), body)
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}

// apiFile gives a message's file. Only what cannot run is shown in place.
func (n *Network) apiFile(w http.ResponseWriter, r *http.Request) {
	p, err := n.pathPhone(r)
	if err != nil {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
		return
	}
	body, f, err := p.File(r.PathValue("with"), r.PathValue("message"))
	if err != nil {
		status := http.StatusNotFound
		if errors.Is(err, errFileGone) {
			status = http.StatusGone
		}
		writeJSON(w, status, map[string]string{"error": err.Error()})
		return
	}
	kind, _, err := mime.ParseMediaType(f.Mime)
	family, _, _ := strings.Cut(kind, "/")
	shown := "inline"
	if err != nil || family != "image" && family != "audio" && family != "video" || kind == "image/svg+xml" {
		kind, shown = "application/octet-stream", "attachment"
	}
	name := f.Name
	if name == "" {
		name = f.Kind
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("Content-Disposition", mime.FormatMediaType(shown, map[string]string{"filename": name}))
	_, _ = w.Write(body)
}
