package rpc

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// Counts are what /status.json shows beside the lines.
type Counts struct {
	Deliveries int // not acknowledged yet, of all lines and hosts
	// ValidatorReplaced is how many broken validator instances were replaced.
	ValidatorReplaced int64
}

// Status is the answer of /status.json. It holds no names, phones or secrets
// but in List, which only an admin token sees.
type Status struct {
	Version    string                   `json:"version"`
	Sandbox    bool                     `json:"sandbox"`
	Since      time.Time                `json:"since"`
	Lines      map[schema.LineState]int `json:"lines"`      // how many by state; states without a line are absent
	Asks       int                      `json:"asks"`       // open
	Deliveries int                      `json:"deliveries"` // open
	Validator  ValidatorStatus          `json:"validator"`
	List       []schema.Line            `json:"list,omitempty"`
}

// ValidatorStatus counts since the start.
type ValidatorStatus struct {
	Calls         int64 `json:"calls"`
	Replaced      int64 `json:"replaced"`
	Disagreements int64 `json:"disagreements"`
}

// everything is the caller that the status page counts for.
func everything(lang schema.Lang) bridge.Caller {
	return bridge.Caller{Grant: bridge.Grant{Name: "status", Scope: schema.ScopeAdmin}, Lang: lang}
}

func (s *Server) status(ctx context.Context, lang schema.Lang) (Status, error) {
	lines, err := s.opts.API.LineList(ctx, everything(lang), schema.LineListRequest{})
	if err != nil {
		return Status{}, err
	}
	counts, err := s.opts.Counts(ctx)
	if err != nil {
		return Status{}, err
	}
	out := Status{
		Version: s.opts.Version, Sandbox: s.opts.Sandbox, Since: s.started.UTC(),
		Lines: map[schema.LineState]int{}, Deliveries: counts.Deliveries,
		Validator: ValidatorStatus{Calls: s.counters.calls.Load(), Replaced: counts.ValidatorReplaced,
			Disagreements: s.counters.disagreements.Load()},
		List: lines.Lines,
	}
	for _, l := range lines.Lines {
		out.Lines[l.State]++
		out.Asks += l.Waiting
	}
	return out, nil
}

func (s *Server) serveStatus(w http.ResponseWriter, r *http.Request) {
	admin := false
	if r.Header.Get("Authorization") != "" {
		grant, ok := s.authenticate(w, r)
		if !ok {
			return
		}
		admin = grant.Scope == schema.ScopeAdmin
	}
	status, err := s.status(r.Context(), langOf(r))
	if err != nil {
		e := s.known(err, "status", langOf(r))
		s.answer(w, schema.InfoOf(e.Code).HTTP, s.failure(e))
		return
	}
	if !admin {
		status.List = nil
	}
	body, err := json.Marshal(stamp(status, s.opts.Sandbox))
	if err != nil {
		s.log.Error("encode status", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	s.answer(w, http.StatusOK, body)
}

// serveHealth is 200 while calls are taken, 503 while the sidecar is stopping.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	code, body := http.StatusOK, map[string]any{"ok": true, "sandbox": s.opts.Sandbox, "version": s.opts.Version}
	if s.drain.Err() != nil {
		code, body["ok"] = http.StatusServiceUnavailable, false
	}
	out, err := json.Marshal(body)
	if err != nil {
		out = []byte(`{}`)
	}
	s.answer(w, code, out)
}
