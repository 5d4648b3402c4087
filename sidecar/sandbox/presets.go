package sandbox

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"
)

var (
	errNoPreset     = errors.New("no such preset")
	errNeedsPhone   = errors.New("this preset needs a phone")
	errPresetFields = errors.New("with a preset go phone, device, chance, after, times, forMs and code, and nothing else")
	errBanCode      = errors.New("the code of a temporary ban is 101, 102, 103, 104 or 106")
)

// Words is a text for people in both languages.
type Words struct {
	En string `json:"en"`
	Ru string `json:"ru"`
}

// Preset is one trouble of the real network under a name: some faults, and what
// they rest on.
type Preset struct {
	Name   string      `json:"name"`
	Group  PresetGroup `json:"group"`
	Title  Words       `json:"title"`
	Effect Words       `json:"effect"` // what happens to the line
	Rests  string      `json:"rests"`  // the source that was read, or "assumed"
	// NeedsPhone: it is about one phone and cannot be about all.
	NeedsPhone bool `json:"needsPhone"`

	faults []Fault
	kick   bool     // ends the connections that are there, so that it shows at once
	word   *Element // the last word of them
}

// PresetGroup says where in a list a preset belongs.
type PresetGroup string

// The groups of presets, in the order in which they are shown.
const (
	GroupMessages    PresetGroup = "messages"
	GroupAccount     PresetGroup = "account"
	GroupNetwork     PresetGroup = "network"
	GroupLinking     PresetGroup = "linking"
	GroupAttachments PresetGroup = "attachments"
)

// Presets lists all presets.
func Presets() []Preset { return slices.Clone(presets) }

// banTime is how long a temporary ban lasts unless said otherwise.
const banTime = time.Hour

// banCodes are the reasons of temporary bans (rests on whatsmeow's events.go).
var banCodes = []int{101, 102, 103, 104, 106}

// readPreset makes the faults that a preset's name stands for; how says for
// whom and how often.
func readPreset(how Fault) (Preset, []Fault, error) {
	i := slices.IndexFunc(presets, func(p Preset) bool { return p.Name == how.Preset })
	if i < 0 {
		return Preset{}, nil, errNoPreset
	}
	p := presets[i]
	rest := how
	rest.Preset, rest.Phone, rest.Device, rest.Chance, rest.After, rest.Times, rest.ForMS, rest.Code = "", "", 0, 0, 0, 0, 0, 0
	if rest.Way+Way(rest.Do) != "" || rest.Attrs != nil || rest.With != nil || rest.stanzaFields() ||
		rest.DelayMS+rest.DelayMaxMS+rest.Pass+rest.LastMS+rest.LatencyMS+rest.BytesPerSecond+int(rest.AgeMS) != 0 {
		return p, nil, errPresetFields
	}
	if p.NeedsPhone && how.Phone == "" {
		return p, nil, errNeedsPhone
	}
	if how.Phone != "" {
		user, err := digits(how.Phone)
		if err != nil {
			return p, nil, err
		}
		how.Phone = "+" + user
	}
	out := make([]Fault, len(p.faults))
	for i, f := range p.faults {
		f.Preset, f.Phone, f.Device = p.Name, how.Phone, how.Device
		if f.Way == Upload || f.Way == Download || f.Do == FaultExpire {
			f.Phone, f.Device = "", 0 // nobody is known there
		}
		if f.Chance = cmp.Or(how.Chance, 1) * cmp.Or(f.Chance, 1); how.Times > 0 {
			f.Times = how.Times
		}
		f.After, f.ForMS = how.After, how.ForMS
		out[i] = f
	}
	if p.Name == presetBan {
		return p, out, banAs(&out[0], how)
	}
	if how.Code != 0 {
		return p, nil, errPresetFields
	}
	return p, out, nil
}

// banAs fills in why a temporary ban was made and how long it lasts.
func banAs(f *Fault, how Fault) error {
	code := cmp.Or(how.Code, banCodes[0])
	if !slices.Contains(banCodes, code) {
		return errBanCode
	}
	f.ForMS = cmp.Or(how.ForMS, int(banTime.Milliseconds()))
	f.Attrs = map[string]string{"code": strconv.Itoa(code), "expire": "{left}"}
	return nil
}

// AddPreset puts a preset in force. Of how it reads Preset, the name; Phone and
// Device, whom it is about (""/0: everyone); Chance, After, Times and ForMS; and,
// for a temporary ban, Code.
func (n *Network) AddPreset(how Fault) ([]int, error) {
	p, list, err := readPreset(how)
	if err != nil {
		return nil, err
	}
	ids, err := n.AddFaults(list...)
	if err != nil {
		return nil, err
	}
	n.kick(p, list[0])
	return ids, nil
}

// kick ends the connections that a preset is about, so that it shows at once.
func (n *Network) kick(p Preset, whom Fault) {
	if !p.kick {
		return
	}
	for _, c := range n.connections() {
		c.mu.Lock()
		d := c.loggedIn
		c.mu.Unlock()
		switch {
		case d == nil || whom.Phone != "" && whom.Phone != d.account.e164() || whom.Device != 0 && whom.Device != int(d.id):
		case p.word != nil:
			c.finish(p.word.stanza(func(text string) string { return text }))
		default:
			c.close()
		}
	}
}
