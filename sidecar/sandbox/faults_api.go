package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

func (n *Network) apiFaults(*http.Request) (int, any, error) {
	seed, list := n.faults.all()
	return 0, map[string]any{"seed": seed, "faults": list}, nil
}

func (n *Network) apiPresets(*http.Request) (int, any, error) {
	return 0, map[string]any{"presets": Presets()}, nil
}

// apiAddFaults takes one fault or preset, or a list of them.
func (n *Network) apiAddFaults(r *http.Request) (int, any, error) {
	var raw json.RawMessage
	if err := read(r, &raw); err != nil {
		return 0, nil, err
	}
	parts := []json.RawMessage{raw}
	if bytes.HasPrefix(raw, []byte("[")) {
		if err := json.Unmarshal(raw, &parts); err != nil {
			return 0, nil, fmt.Errorf("read request: %w", err)
		}
	}
	var list []Fault
	var shown []func() // what a preset does at once
	for _, part := range parts {
		p, some, err := readFaults(part)
		if err != nil {
			return 0, nil, err
		}
		list, shown = append(list, some...), append(shown, func() { n.kick(p, some[0]) })
	}
	if len(list) == 0 {
		return 0, nil, errors.New("no fault is given")
	}
	ids, err := n.AddFaults(list...)
	if err != nil {
		return 0, nil, err
	}
	for _, show := range shown {
		show()
	}
	return http.StatusCreated, map[string]any{"id": ids[0], "ids": ids}, nil
}

// readFaults reads one fault, or those of a preset, which comes with them.
func readFaults(raw json.RawMessage) (Preset, []Fault, error) {
	f := Fault{Chance: 1}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return Preset{}, nil, fmt.Errorf("read request: %w", err)
	}
	if f.Chance == 0 {
		f.Chance = -1 // said, and not what is meant by leaving it out
	}
	if f.Preset != "" {
		return readPreset(f)
	}
	return Preset{}, []Fault{f}, nil
}

func (n *Network) apiClearFaults(r *http.Request) (int, any, error) {
	if preset := r.URL.Query().Get("preset"); preset != "" {
		n.ClearPreset(preset)
	} else {
		n.ClearFaults()
	}
	return 0, struct{}{}, nil
}

func (n *Network) apiClearFault(r *http.Request) (int, any, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return 0, nil, errNoFault
	}
	if err := n.ClearFault(id); err != nil {
		return 0, nil, err
	}
	return 0, struct{}{}, nil
}

func (n *Network) apiSetSeed(r *http.Request) (int, any, error) {
	var in struct {
		Seed *uint64 `json:"seed"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	if in.Seed == nil {
		return 0, nil, errors.New("seed must be a number from 0 on")
	}
	n.SetSeed(*in.Seed)
	return 0, map[string]uint64{"seed": *in.Seed}, nil
}

func (n *Network) apiClock(*http.Request) (int, any, error) {
	return 0, map[string]any{"offsetMs": n.Shift().Milliseconds(), "now": n.clock().UTC()}, nil
}

func (n *Network) apiSetClock(r *http.Request) (int, any, error) {
	var in struct {
		OffsetMS *int64 `json:"offsetMs"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	// Ten years: certificates and tokens are not what this is for.
	if in.OffsetMS == nil || *in.OffsetMS > maxShift.Milliseconds() || *in.OffsetMS < -maxShift.Milliseconds() {
		return 0, nil, errors.New("offsetMs must be a number of milliseconds, at most ten years to either side")
	}
	n.SetShift(time.Duration(*in.OffsetMS) * time.Millisecond)
	return n.apiClock(r)
}

const maxShift = 10 * 365 * 24 * time.Hour
