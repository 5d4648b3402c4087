package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// fault is a rule of the sandbox's network; see sidecar/sandbox/faults.go.
type fault struct {
	Way     string `json:"way"`
	Tag     string `json:"tag"`
	Class   string `json:"class,omitempty"`
	Do      string `json:"do"`
	DelayMS int    `json:"delayMs,omitempty"`
	Code    int    `json:"code,omitempty"`
	Times   int    `json:"times"`
	Hits    int    `json:"hits,omitempty"`
}

// kinds are the faults that a run plays. What is dropped on its way to WhatsApp
// with no connection cut would be waited for by the client for 75 s: that is left
// to lives that end before.
var kinds = []fault{
	{Way: "up", Tag: "message", Do: "cut_before"},
	{Way: "up", Tag: "message", Do: "cut_after"},
	{Way: "up", Tag: "message", Do: "drop"},
	{Way: "up", Tag: "message", Do: "delay"},
	{Way: "up", Tag: "message", Do: "garble"},
	{Way: "up", Tag: "message", Do: "duplicate"},
	{Way: "up", Tag: "message", Do: "refuse", Code: 479},
	{Way: "up", Tag: "message", Do: "refuse", Code: 503},
	{Way: "down", Tag: "ack", Class: "message", Do: "drop"},
	{Way: "down", Tag: "ack", Class: "message", Do: "delay"},
	{Way: "down", Tag: "ack", Class: "message", Do: "duplicate"},
	{Way: "down", Tag: "ack", Class: "message", Do: "cut_before"},
	{Way: "down", Tag: "receipt", Do: "drop"},
	{Way: "down", Tag: "receipt", Do: "delay"},
	{Way: "down", Tag: "receipt", Do: "duplicate"},
	{Way: "down", Tag: "message", Do: "drop"},
	{Way: "down", Tag: "message", Do: "delay"},
	{Way: "down", Tag: "message", Do: "duplicate"},
	{Way: "down", Tag: "message", Do: "garble"},
	{Way: "down", Tag: "message", Do: "cut_before"},
	{Way: "down", Tag: "message", Do: "cut_after"},
	{Way: "up", Tag: "receipt", Do: "drop"},
	{Way: "up", Tag: "receipt", Do: "cut_before"},
	{Way: "up", Tag: "ack", Do: "drop"},
	{Way: "down", Tag: "success", Do: "cut_before"},
	{Way: "down", Tag: "success", Do: "delay"},
	{Way: "up", Tag: "iq", Do: "cut_before"},
	{Way: "down", Tag: "iq", Do: "delay"},
}

func (f fault) name() string {
	name := f.Way + " " + f.Tag + " " + f.Do
	if f.Class != "" {
		name = f.Way + " " + f.Class + " " + f.Tag + " " + f.Do
	}
	return name
}

// weather has faults come and go until ctx ends.
func (r *run) weather(ctx context.Context) {
	rng := r.random("weather")
	for ctx.Err() == nil {
		r.blow(ctx, rng)
		wait(ctx, between(rng, 50*time.Millisecond, 700*time.Millisecond))
		if rng.IntN(3) == 0 {
			r.clear(ctx)
		}
	}
}

func (r *run) blow(ctx context.Context, rng *rand.Rand) {
	f := kinds[rng.IntN(len(kinds))]
	f.Times = 1 + rng.IntN(3)
	if f.Do == "delay" {
		f.DelayMS = 1 + rng.IntN(600)
	}
	if err := r.net.do(ctx, http.MethodPost, "/api/faults", f, nil); err != nil && ctx.Err() == nil {
		r.say("%s: %v", f.name(), err)
	}
}

// clear ends all faults and counts how often they struck.
func (r *run) clear(ctx context.Context) {
	var out struct{ Faults []fault }
	if r.net.do(ctx, http.MethodGet, "/api/faults", nil, &out) != nil || r.net.do(ctx, http.MethodDelete, "/api/faults", nil, nil) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range out.Faults {
		if f.Hits > 0 {
			r.faults[f.name()] += f.Hits
		}
	}
}

// holders switches phones off and on.
func (r *run) holders(ctx context.Context) {
	rng := r.random("holders")
	for ctx.Err() == nil {
		wait(ctx, between(rng, 200*time.Millisecond, 2*time.Second))
		phone := r.talks[rng.IntN(len(r.talks))].chat.Phone
		r.online(ctx, phone, false)
		wait(ctx, between(rng, 50*time.Millisecond, time.Second))
		r.online(context.WithoutCancel(ctx), phone, true)
	}
}

func (r *run) online(ctx context.Context, phone string, on bool) {
	if err := r.net.on(ctx, phone, "/online", map[string]bool{"online": on}, nil); err != nil && ctx.Err() == nil {
		r.say("%s: %v", phone, err)
	}
}
