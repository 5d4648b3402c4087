package rpc

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// silence is how long nothing may come of an upload, or be taken of a download.
const silence = 30 * time.Second

// serveUpload keeps a file: its bytes are the body, its name is ?name= or that of
// Content-Disposition. The answer is what media.get answers.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	grant, ok := s.authenticate(w, r)
	if !ok {
		return
	}
	lang, line := langOf(r), schema.LineID(r.URL.Query().Get("line"))
	refuse := func(err error) {
		e := s.known(r.Context(), err, "media upload", lang)
		s.answer(w, schema.InfoOf(e.Code).HTTP, s.failure(e))
	}
	if !mayUpload(grant, line) {
		refuse(schema.NewError(schema.CodeForbidden, lang, nil))
		return
	}
	gate := s.gates.get(schema.TokenID(grant.ID))
	if e := gate.openUpload(lang); e != nil {
		refuse(e)
		return
	}
	defer gate.closeUpload()
	if r.ContentLength > schema.DocumentMaxBytes {
		refuse(schema.NewError(schema.CodeFileTooLarge, lang, nil))
		return
	}
	if !s.running.enter() {
		refuse(schema.NewError(schema.CodeShuttingDown, lang, nil))
		return
	}
	defer s.running.leave()
	name := r.URL.Query().Get("name")
	if name == "" {
		_, said, _ := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
		name = said["filename"]
	}
	kept, err := s.opts.API.MediaUpload(r.Context(), bridge.Caller{Grant: grant, Lang: lang}, line, name, r.Header.Get("Content-Type"), &alive{r: r, w: w})
	if err != nil {
		refuse(err)
		return
	}
	body, err := json.Marshal(stamp(kept, s.opts.Sandbox))
	if err != nil {
		refuse(err)
		return
	}
	s.answer(w, http.StatusCreated, body)
}

// mayUpload: whoever may send for the line.
func mayUpload(g bridge.Grant, line schema.LineID) bool {
	return g.Scope == schema.ScopeAdmin || g.Scope == schema.ScopeLine && g.Line == line
}

// alive moves a request's deadlines on as long as something comes.
type alive struct {
	r *http.Request
	w http.ResponseWriter
}

func (a *alive) Read(p []byte) (int, error) {
	c := http.NewResponseController(a.w)
	_ = c.SetReadDeadline(time.Now().Add(silence))
	_ = c.SetWriteDeadline(time.Now().Add(2 * silence))
	return a.r.Body.Read(p)
}

// serveMedia gives a file to whoever has its link.
func (s *Server) serveMedia(w http.ResponseWriter, r *http.Request) {
	lang, query := langOf(r), r.URL.Query()
	until, err := strconv.ParseInt(query.Get("until"), 10, 64)
	if err != nil {
		until = 0
	}
	if !s.running.enter() {
		s.answer(w, http.StatusServiceUnavailable, s.failure(schema.NewError(schema.CodeShuttingDown, lang, nil)))
		return
	}
	defer s.running.leave()
	// It may have to come from WhatsApp first.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	file, bytes, err := s.opts.API.MediaOpen(r.Context(), lang, schema.LineID(r.PathValue("line")), schema.MediaID(r.PathValue("id")), until, query.Get("sig"))
	if err != nil {
		if r.Context().Err() != nil {
			return
		}
		e := s.known(r.Context(), err, "media link", lang)
		s.answer(w, schema.InfoOf(e.Code).HTTP, s.failure(e))
		return
	}
	defer bytes.Close()
	h := w.Header()
	h.Set("Content-Type", file.Mime)
	h.Set("Cache-Control", "private, max-age=3600")
	// What a customer sent is never run as a page of the sidecar.
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(file)}))
	http.ServeContent(&steady{ResponseWriter: w}, r, "", file.Created, bytes)
}

// fileName is a file's own, or its kind with an ending by its type.
func fileName(f bridge.FileRecord) string {
	if f.Name != "" {
		return path.Base(f.Name)
	}
	kind, _, err := mime.ParseMediaType(f.Mime)
	if err != nil {
		kind = f.Mime
	}
	endings := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "video/3gpp": ".3gp",
		"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr", "application/pdf": ".pdf"}
	return string(f.Kind) + endings[kind]
}

// steady moves the deadline on as long as the other side takes what it is given.
type steady struct{ http.ResponseWriter }

func (w *steady) Write(p []byte) (int, error) {
	err := http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(silence))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return w.ResponseWriter.Write(p)
}
