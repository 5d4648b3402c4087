package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what the network keeps of attachments, in bytes.
const (
	maxUpload = 32 << 20
	keptMedia = 128 << 20
)

// media keeps uploaded attachments, which are sealed by who sends them. The
// oldest go when there are too many.
type media struct {
	mu    sync.Mutex
	files map[string][]byte
	order []string
	size  int

	uploads atomic.Int64 // by linked devices
}

func (m *media) put(path string, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil {
		m.files = map[string][]byte{}
	}
	m.files[path], m.order, m.size = body, append(m.order, path), m.size+len(body)
	for m.size > keptMedia {
		oldest := m.order[0]
		m.order, m.size = m.order[1:], m.size-len(m.files[oldest])
		delete(m.files, oldest)
	}
}

func (m *media) get(path string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	body, ok := m.files[path]
	return body, ok
}

// mediaFault does what a fault says; false: the request is answered.
func (n *Network) mediaFault(w http.ResponseWriter, r *http.Request) bool {
	way := Upload
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		way = Download
	}
	struck := n.faults.find(way, "", "", 0, nil)
	if struck == nil {
		return true
	}
	switch struck.Do {
	case FaultRefuse:
		http.Error(w, errorTexts[struck.Code], struck.Code)
	case FaultCutBefore:
		panic(http.ErrAbortHandler)
	case FaultSlow:
		size := r.ContentLength
		if way == Download {
			body, _ := n.media.get(r.URL.Path)
			size = int64(len(body))
		}
		timer := time.NewTimer(struck.slowed(int(max(size, 0))))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-struck.ctx.Done():
		case <-r.Context().Done():
			return false
		}
		return true
	}
	return false
}

// serveMedia is the attachments' host: upload, download and removal.
//
// Rests on whatsmeow's upload.go and download.go: the answer to an upload names
// url and direct_path; a file that is gone is 410. Removing is accepted and
// changes nothing (assumed).
func (n *Network) serveMedia(w http.ResponseWriter, r *http.Request) {
	if !n.mediaFault(w, r) {
		return
	}
	switch r.Method {
	case http.MethodPost, http.MethodPut:
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		n.media.uploads.Add(1)
		path := n.upload(body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"url": "https://mmg.whatsapp.net" + path, "direct_path": path, "handle": ""})
	case http.MethodGet, http.MethodHead:
		body, ok := n.media.get(r.URL.Path)
		if !ok {
			http.Error(w, "gone", http.StatusGone)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(body)
	case http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", strings.Join([]string{http.MethodGet, http.MethodPost, http.MethodDelete}, ", "))
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}
