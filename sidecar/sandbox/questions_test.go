package sandbox_test

import (
	"strings"
	"testing"

	"github.com/nodeline/nodeline/sidecar/sandbox"
)

// What other clients ask, and how this network answers.
func TestQuestionsOfOtherClients(t *testing.T) {
	network := open(t, sandbox.Config{})
	r := active(t, network, linkRaw(t, network))
	for _, c := range []struct {
		name, kind, xmlns string
		content           []node
		child             string
	}{
		{"props", "get", "abt", []node{{Tag: "props", Attrs: attrs{"protocol": "1"}}}, "props"},
		{"older props", "get", "w", []node{{Tag: "props"}}, "props"},
		{"privacy", "get", "privacy", []node{{Tag: "privacy"}}, "privacy"},
		{"block list", "get", "blocklist", nil, "list"},
		{"groups", "get", "w:g2", []node{{Tag: "participating"}}, "groups"},
		{"graph", "get", "w:mex", []node{{Tag: "query", Attrs: attrs{"query_id": "1"}}}, "result"},
		{"media", "set", "w:m", []node{{Tag: "media_conn"}}, "media_conn"},
		{"timer", "get", "disappearing_mode", nil, "disappearing_mode"},
		{"keepalive", "get", "w:p", nil, ""},
		{"telemetry", "set", "w:stats", []node{{Tag: "add"}}, ""},
		{"clean", "set", "urn:xmpp:whatsapp:dirty", []node{{Tag: "clean"}}, ""},
	} {
		s := r.ask("q1", c.kind, c.xmlns, c.content...)
		if s.Attrs["type"] != "result" {
			t.Errorf("%s: answered %v", c.name, s)
		}
		if children := s.GetChildren(); c.child != "" && (len(children) != 1 || children[0].Tag != c.child) {
			t.Errorf("%s: answered %v", c.name, s)
		}
	}
	block := r.ask("q2", "set", "blocklist", node{Tag: "item", Attrs: attrs{"jid": annaLID, "action": "block"}})
	list := block.GetChildByTag("list")
	if children := list.GetChildren(); len(children) != 1 {
		t.Errorf("block list %v", block)
	}
	set := r.ask("q3", "set", "privacy", node{Tag: "privacy", Content: []node{{Tag: "category", Attrs: attrs{"name": "last", "value": "none"}}}})
	if !strings.Contains(draw(set, ""), `<category name="last" value="none"/>`) {
		t.Errorf("privacy %v", set)
	}
	r.say(node{Tag: "ib", Content: []node{{Tag: "offline_batch", Attrs: attrs{"count": "100"}}}})
	r.say(node{Tag: "presence", Attrs: attrs{"type": "subscribe", "to": annaLID}})
	if s := r.hearTag("presence"); s.Attrs["from"] == nil {
		t.Errorf("presence %v", s)
	}
	// A blocked contact's message is taken and goes nowhere.
	if _, err := network.Phone(anna).Text(owner, "в никуда"); err != nil {
		t.Fatal(err)
	}
	if s := r.ask("q4", "get", "w:p"); s.Attrs["type"] != "result" {
		t.Errorf("answered %v", s)
	}
	for _, info := range network.Phone(owner).Info().Chats {
		t.Errorf("the owner sees %+v", info)
	}
}

func TestUnknownQuestionsAreCounted(t *testing.T) {
	network, err := sandbox.Listen(sandbox.Config{}.WithAuthority(authority))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	r := active(t, network, linkRaw(t, network))
	golden(t, "not-implemented", r.ask("x1", "get", "w:unheard", node{Tag: "of"}))
	r.say(node{Tag: "unheard"})
	r.ask("x2", "get", "w:p")
	if got := network.Unhandled(); len(got) != 2 || got["iq w:unheard get of"] != 1 || got["unheard"] != 1 {
		t.Errorf("unhandled %v", got)
	}
}

// Stanzas that lack what they should have, and that name what is not there.
func TestIncompleteStanzas(t *testing.T) {
	network, err := sandbox.Listen(sandbox.Config{}.WithAuthority(authority))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	r := active(t, network, linkRaw(t, network))
	spaces := []string{
		"", "passive", "encrypt", "usync", "md", "w:sync:app:state", "w:m", "privacy", "blocklist", "status",
		"disappearing_mode", "w:profile:picture", "abt", "w", "w:biz", "w:g2", "w:mex",
	}
	contents := [][]node{
		nil, {{Tag: "key", Content: []node{{Tag: "user"}}}}, {{Tag: "rotate"}}, {{Tag: "list", Content: []node{{Tag: "key"}}}},
		{{Tag: "skey", Content: []byte("x")}}, {{Tag: "usync"}}, {{Tag: "usync", Content: []node{{Tag: "query", Content: []node{{Tag: "devices"}}}, {Tag: "list", Content: []node{{Tag: "user"}, {Tag: "user", Content: []node{{Tag: "contact"}}}}}}}},
		{{Tag: "sync", Content: []node{{Tag: "collection", Attrs: attrs{"name": "regular", "version": "7"}}, {Tag: "collection", Content: []node{{Tag: "patch", Content: []byte{0xff}}}}}}},
		{{Tag: "tokens", Content: []node{{Tag: "token"}}}}, {{Tag: "remove-companion-device", Attrs: attrs{"jid": "1@lid"}}},
		{{Tag: "link_code_companion_reg", Attrs: attrs{"jid": annaLID, "stage": "companion_hello"}}},
	}
	for _, space := range spaces {
		for _, kind := range []string{"get", "set", "other"} {
			for _, content := range contents {
				r.ask("q", kind, space, content...)
			}
		}
	}
	for _, tag := range []string{"message", "receipt", "ack", "presence", "chatstate", "ib", "notification", "iq"} {
		for _, a := range []attrs{{}, {"id": "1"}, {"to": annaLID}, {"id": "1", "to": "nobody@nowhere"}, {"id": "2", "to": annaLID, "type": "retry"}, {"id": "3", "to": "1234567@g.us", "type": "read"}} {
			r.say(node{Tag: tag, Attrs: a})
			r.say(node{Tag: tag, Attrs: a, Content: []node{{Tag: "participants", Content: []node{{Tag: "to"}, {Tag: "to", Attrs: attrs{"jid": annaLID}}}}, {Tag: "enc"}, {Tag: "retry"}, {Tag: "list"}, {Tag: "biz"}}})
			r.say(node{Tag: tag, Attrs: a, Content: []byte("bytes")})
		}
	}
	r.ask("end", "get", "w:p")
	for what := range network.Unhandled() {
		if strings.HasPrefix(what, "panic") {
			t.Error(what)
		}
	}
}
