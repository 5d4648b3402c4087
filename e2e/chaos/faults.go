package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// fault is a rule of the sandbox's network; see docs/sandbox.md.
type fault struct {
	Way       string   `json:"way"`
	Tag       string   `json:"tag,omitempty"`
	Class     string   `json:"class,omitempty"`
	XMLNS     string   `json:"xmlns,omitempty"`
	Phone     string   `json:"phone,omitempty"`
	Do        string   `json:"do"`
	DelayMS   int      `json:"delayMs,omitempty"`
	Code      int      `json:"code,omitempty"`
	Pass      int      `json:"pass,omitempty"`
	With      *element `json:"with,omitempty"`
	LastMS    int      `json:"lastMs,omitempty"`
	LatencyMS int      `json:"latencyMs,omitempty"`
	ForMS     int      `json:"forMs,omitempty"`
	Chance    float64  `json:"chance,omitempty"`
	Times     int      `json:"times,omitempty"`
	Hits      int      `json:"hits,omitempty"`
}

type element struct {
	Tag   string            `json:"tag"`
	Attrs map[string]string `json:"attrs,omitempty"`
}

func streamEnd(code string) *element {
	return &element{Tag: "stream:error", Attrs: map[string]string{"code": code}}
}

// kinds are the faults that a run plays. Those that end a session for good (the
// device removed, the account banned) are not among them: they end the line too.
// Neither is a receipt that WhatsApp takes and forgets: one that asks for a message
// again goes once, right before the message is acknowledged, and whatsmeow offers
// no place to wait for its acknowledgement in between.
var kinds = []fault{
	{Way: "up", Tag: "message", Do: "cut_before"},
	{Way: "up", Tag: "message", Do: "cut_after"},
	{Way: "up", Tag: "message", Do: "drop"},
	{Way: "up", Tag: "message", Do: "delay"},
	{Way: "up", Tag: "message", Do: "garble"},
	{Way: "up", Tag: "message", Do: "duplicate"},
	{Way: "up", Tag: "message", Do: "refuse", Code: 479},
	{Way: "up", Tag: "message", Do: "refuse", Code: 503},
	{Way: "up", Tag: "message", Do: "refuse", Code: 429},
	{Way: "down", Tag: "ack", Class: "message", Do: "drop"},
	{Way: "down", Tag: "ack", Class: "message", Do: "delay"},
	{Way: "down", Tag: "ack", Class: "message", Do: "duplicate"},
	{Way: "down", Tag: "ack", Class: "message", Do: "cut_before"},
	{Way: "down", Tag: "ack", Do: "reorder"},
	{Way: "down", Tag: "receipt", Do: "drop"},
	{Way: "down", Tag: "receipt", Do: "delay"},
	{Way: "down", Tag: "receipt", Do: "duplicate"},
	{Way: "down", Tag: "receipt", Do: "reorder"},
	{Way: "down", Tag: "message", Do: "drop"},
	{Way: "down", Tag: "message", Do: "delay"},
	{Way: "down", Tag: "message", Do: "duplicate"},
	{Way: "down", Tag: "message", Do: "garble"},
	{Way: "down", Tag: "message", Do: "reorder"},
	{Way: "down", Tag: "message", Do: "cut_before"},
	{Way: "down", Tag: "message", Do: "cut_after"},
	{Way: "up", Tag: "receipt", Do: "cut_before"},
	{Way: "up", Tag: "ack", Do: "drop"},
	{Way: "down", Tag: "success", Do: "cut_before"},
	{Way: "down", Tag: "success", Do: "delay"},
	{Way: "up", Tag: "iq", Do: "cut_before"},
	{Way: "up", Tag: "iq", XMLNS: "encrypt", Do: "refuse", Code: 500},
	{Way: "up", Tag: "iq", XMLNS: "usync", Do: "refuse", Code: 429},
	{Way: "down", Tag: "iq", Do: "delay"},
	{Way: "login", Do: "refuse", Code: 503},
	{Way: "login", Do: "cut_before"},
	{Way: "socket", Do: "half_open"},
	{Way: "socket", Do: "slow"},
	{Way: "socket", Do: "cut", With: streamEnd("515")},
	{Way: "socket", Do: "cut", With: streamEnd("503")},
	{Way: "account", Do: "no_prekeys"},
	{Way: "account", Do: "new_lid"},
}

func (f fault) name() string {
	name := f.Way
	for _, part := range []string{f.Class, f.Tag, f.XMLNS, f.Do} {
		if part != "" {
			name += " " + part
		}
	}
	if f.Code != 0 {
		name += fmt.Sprintf(" %d", f.Code)
	}
	if f.With != nil {
		name += " " + f.With.Attrs["code"]
	}
	return name
}

// draw makes one fault ready to play.
func (r *run) draw(rng *rand.Rand) fault {
	f := kinds[rng.IntN(len(kinds))]
	f.Times, f.Chance = 1+rng.IntN(3), 0.2+0.8*rng.Float64()
	switch f.Do {
	case "delay":
		f.DelayMS = 1 + rng.IntN(600)
	case "reorder":
		f.Pass, f.DelayMS = 1+rng.IntN(3), 500
	case "half_open":
		f.LastMS = 1 + rng.IntN(1500)
	case "slow":
		f.LastMS, f.LatencyMS = 1+rng.IntN(1500), 1+rng.IntN(60)
	case "cut":
		f.DelayMS = rng.IntN(300)
	case "no_prekeys":
		f.Times, f.Chance, f.ForMS = 0, 0, 1000
	case "new_lid":
		f.Times, f.Chance = 0, 0
		f.Phone = r.talks[rng.IntN(len(r.talks))].chat.Phone
	}
	return f
}

// weather has faults come and go until ctx ends.
func (r *run) weather(ctx context.Context) {
	rng := r.random("weather")
	if err := r.net.do(ctx, http.MethodPut, "/api/faults/seed", map[string]uint64{"seed": r.opt.seed}, nil); err != nil {
		r.say("seed of the faults: %v", err)
	}
	for ctx.Err() == nil {
		r.blow(ctx, rng)
		wait(ctx, between(rng, 50*time.Millisecond, 700*time.Millisecond))
		if rng.IntN(3) == 0 {
			r.clear(ctx)
		}
	}
}

func (r *run) blow(ctx context.Context, rng *rand.Rand) {
	f := r.draw(rng)
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
