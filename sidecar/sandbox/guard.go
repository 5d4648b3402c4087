package sandbox

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// local lets through what a person on this machine asks for: the Host must name
// a loopback address, so that a foreign name that resolves to one is refused,
// and an Origin, where a browser sends one, must be the page's own.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			writeJSON(w, http.StatusForbidden, map[string]string{"error": "the sandbox answers to a loopback name only"})
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" {
			u, err := url.Parse(origin)
			if err != nil || u.Host != r.Host {
				writeJSON(w, http.StatusForbidden, map[string]string{"error": "requests from other pages are refused"})
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

func isLoopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// socketOrigin lets WhatsApp clients in: those that are no browser send no
// Origin, or WhatsApp's own page as Origin.
func socketOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return host == "whatsapp.com" || strings.HasSuffix(host, ".whatsapp.com") || isLoopback(u.Host)
}

// keepAlive is how often a quiet stream of updates gets a comment, so that
// nothing between takes it for dead.
const keepAlive = 15 * time.Second

// apiUpdates streams what changes as server-sent events, from after the number
// in "since" (or Last-Event-ID), or from now on. Who missed too much gets a reset.
func (n *Network) apiUpdates(w http.ResponseWriter, r *http.Request) {
	seq, err := n.sinceOf(r)
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	ticker := time.NewTicker(keepAlive)
	defer ticker.Stop()
	for {
		list, missed, last, wake := n.updates.after(seq)
		if missed {
			list = []Update{{Seq: last, Kind: UpdateReset}}
		}
		for _, u := range list {
			if err := writeEvent(w, u); err != nil {
				return
			}
		}
		seq = last
		if control.Flush() != nil || n.updates.done() {
			return
		}
		select {
		case <-wake:
		case <-ticker.C:
			if _, err := w.Write([]byte(": still here\n\n")); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func (n *Network) sinceOf(r *http.Request) (int64, error) {
	text := r.URL.Query().Get("since")
	// A browser that reconnects says where it was.
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		text = id
	}
	if text == "" {
		_, _, last, _ := n.updates.after(-1)
		return last, nil
	}
	seq, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 0 {
		return 0, fmt.Errorf("since must be a number from 0 on, not %q", text)
	}
	return seq, nil
}

func writeEvent(w http.ResponseWriter, u Update) error {
	raw, err := json.Marshal(u)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", u.Seq, raw)
	return err
}
