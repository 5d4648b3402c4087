package rpc

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/rpc/statuspage"
)

// Counts are what /status.json shows beside the lines.
type Counts struct {
	Deliveries bridge.DeliveryCounts
	// ValidatorReplaced is how many broken validator instances were replaced.
	ValidatorReplaced int64
}

// Status is the answer of /status.json: what the page shows and more. It holds
// no names, phones or secrets but in Lines, which only an admin token sees.
type Status struct {
	statuspage.Status
	Deliveries int                      `json:"deliveries"` // open: not acknowledged yet, of all lines and hosts
	Dead       int                      `json:"dead"`       // deliveries that were given up
	Webhooks   WebhookStatus            `json:"webhooks"`
	States     map[schema.LineState]int `json:"states"` // lines by state; a state without a line is absent
	Validator  ValidatorStatus          `json:"validator"`
	Lines      []schema.Line            `json:"lines,omitempty"`
}

// WebhookStatus counts webhooks.
type WebhookStatus struct {
	All     int `json:"all"`
	Failing int `json:"failing"` // the last try did not succeed
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

func (s *Server) storage() bridge.StorageState {
	if s.opts.Storage == nil {
		return bridge.StorageOK
	}
	return s.opts.Storage()
}

func (s *Server) status(ctx context.Context, lang schema.Lang) (Status, error) {
	about := statuspage.Status{Version: s.opts.Version, Sandbox: s.opts.Sandbox, Since: s.started.UTC(), Storage: string(s.storage())}
	lines, err := s.opts.API.LineList(ctx, everything(lang), schema.LineListRequest{})
	var counts Counts
	if err == nil {
		counts, err = s.opts.Counts(ctx)
	}
	if err != nil && s.storage() != bridge.StorageOK { // what is known is of more use than an error
		about.Storage = string(s.storage())
		return Status{Status: about, States: map[schema.LineState]int{}}, nil
	}
	if err != nil {
		return Status{}, err
	}
	out := Status{
		Status:     about,
		Deliveries: counts.Deliveries.Open,
		Dead:       counts.Deliveries.Dead,
		Webhooks:   WebhookStatus{All: counts.Deliveries.Webhooks, Failing: counts.Deliveries.Failing},
		States:     map[schema.LineState]int{},
		Validator: ValidatorStatus{Calls: s.counters.calls.Load(), Replaced: counts.ValidatorReplaced,
			Disagreements: s.counters.disagreements.Load()},
		Lines: lines.Lines,
	}
	for _, l := range lines.Lines {
		out.States[l.State]++
		out.Counts.Lines++
		out.Counts.Waiting += l.Waiting
		out.Counts.Queued += l.Queued
	}
	out.Counts.Connected = out.States[schema.LineConnected]
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
		e := s.known(r.Context(), err, "status", langOf(r))
		s.answer(w, schema.InfoOf(e.Code).HTTP, s.failure(e))
		return
	}
	if !admin {
		status.Lines = nil
	}
	body, err := json.Marshal(stamp(status, s.opts.Sandbox))
	if err != nil {
		s.log.Error("encode status", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	s.answer(w, http.StatusOK, body)
}

// serveHealth is 200 while calls are taken, 503 while the sidecar is stopping or
// its store cannot write.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	storage := s.storage()
	code, body := http.StatusOK, map[string]any{"ok": true, "sandbox": s.opts.Sandbox, "version": s.opts.Version, "storage": storage}
	if s.drain.Err() != nil || storage != bridge.StorageOK {
		code, body["ok"] = http.StatusServiceUnavailable, false
	}
	out, err := json.Marshal(body)
	if err != nil {
		out = []byte(`{}`)
	}
	s.answer(w, code, out)
}
