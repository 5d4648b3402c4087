package sandbox

import (
	"errors"
	"fmt"
	"strconv"

	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/syncd"
)

// collection is one named part of an account's app state: the patches that the
// server keeps, and where the phone stands.
type collection struct {
	patches [][]byte
	phone   syncd.State
}

var errConflict = errors.New("app state has moved on")

// collection finds or makes a collection. The caller holds a.mu.
func (a *account) collection(name string) *collection {
	c, ok := a.state[name]
	if !ok {
		c = &collection{}
		a.state[name] = c
	}
	return c
}

// since is a collection's version and its patches after one, as stanzas.
func (a *account) since(name string, version int) (uint64, []stanza) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.collection(name)
	var out []stanza
	for _, patch := range c.patches[min(max(version, 0), len(c.patches)):] {
		out = append(out, stanza{Tag: "patch", Content: patch})
	}
	return uint64(len(c.patches)), out
}

// commitPatch takes a client's patch made on top of a version. The server gives
// the patch its own version (rests on whatsmeow: EncodePatch leaves it out).
func (n *Network) commitPatch(a *account, from *Device, name string, base int, raw []byte) error {
	var patch waServerSync.SyncdPatch
	if err := proto.Unmarshal(raw, &patch); err != nil {
		return fmt.Errorf("read patch: %w", err)
	}
	a.mu.Lock()
	c := a.collection(name)
	if base != len(c.patches) {
		a.mu.Unlock()
		return errConflict
	}
	version := uint64(len(c.patches) + 1)
	patch.Version = &waServerSync.SyncdVersion{Version: &version}
	err := c.phone.Absorb(&patch)
	if err == nil {
		raw, err = proto.Marshal(&patch)
	}
	if err == nil {
		c.patches = append(c.patches, raw)
	}
	a.mu.Unlock()
	if err != nil {
		return fmt.Errorf("store patch: %w", err)
	}
	n.announcePatch(a, from, name, version)
	return nil
}

// announcePatch tells the companions that a collection has a new version.
func (n *Network) announcePatch(a *account, from *Device, name string, version uint64) {
	for _, d := range a.companions() {
		if d != from {
			d.deliver(n.notification("server_sync", types.ServerJID,
				stanza{Tag: "collection", Attrs: attrs{"name": name, "version": strconv.FormatUint(version, 10)}}))
		}
	}
}

// setState lets the phone change its app state.
func (a *account) setState(name string, mutations ...syncd.Mutation) error {
	a.mu.Lock()
	c := a.collection(name)
	patch, err := c.phone.Encode(name, a.phone.stateKey(), a.net.clock(), mutations)
	var version uint64
	if err == nil {
		version = patch.GetVersion().GetVersion()
		var raw []byte
		if raw, err = proto.Marshal(patch); err == nil {
			c.patches = append(c.patches, raw)
		}
	}
	a.mu.Unlock()
	if err != nil {
		return fmt.Errorf("change app state: %w", err)
	}
	a.net.announcePatch(a, nil, name, version)
	return nil
}

// The collection and index of an account's own name (rests on whatsmeow's appstate/keys.go).
const (
	stateCritical = "critical_block"
	indexPushName = "setting_pushName"
)

func pushNameMutation(name string) syncd.Mutation {
	return syncd.Mutation{Index: []string{indexPushName}, Version: 1,
		Value: &waSyncAction.SyncActionValue{PushNameSetting: &waSyncAction.PushNameSetting{Name: &name}}}
}

// iqAppState answers reads and writes of collections. A snapshot that is asked
// for is answered with all patches from the first on, which clients take as
// well (assumed to be allowed; the real server sends an encrypted file).
func (c *conn) iqAppState(s *stanza) {
	asked, ok := child(s, "sync")
	if !ok {
		c.unknown(s)
		return
	}
	a := c.device.account
	var out []stanza
	for _, want := range asked.GetChildrenByTag("collection") {
		name, from := attr(&want, "name"), attrInt(&want, "version")
		var failure error
		if raw := bytesAt(&want, "patch"); raw != nil {
			failure = c.net.commitPatch(a, c.device, name, from, raw)
		}
		version, patches := a.since(name, from)
		answer := stanza{Tag: "collection", Attrs: attrs{"name": name, "version": strconv.FormatUint(version, 10), "has_more_patches": "false"}}
		var content []stanza
		if failure != nil {
			code := "400"
			if errors.Is(failure, errConflict) {
				code = "409"
			}
			answer.Attrs["type"] = "error"
			content = append(content, stanza{Tag: "error", Attrs: attrs{"code": code}})
		}
		if len(patches) > 0 && (failure != nil || bytesAt(&want, "patch") == nil) {
			content = append(content, stanza{Tag: "patches", Content: patches})
		}
		if len(content) > 0 {
			answer.Content = content
		}
		out = append(out, answer)
	}
	c.result(s, stanza{Tag: "sync", Content: out})
}
