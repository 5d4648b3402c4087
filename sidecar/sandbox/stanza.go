package sandbox

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// A stanza is one element of the protocol's binary XML.
type (
	stanza = waBinary.Node
	attrs  = waBinary.Attrs
)

// attr reads an attribute as text, "" where it is missing.
func attr(s *stanza, name string) string {
	switch v := s.Attrs[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}

// attrJID reads an attribute as an address, empty where it is none.
func attrJID(s *stanza, name string) types.JID {
	switch v := s.Attrs[name].(type) {
	case types.JID:
		return v
	case string:
		return parseJID(v)
	}
	return types.EmptyJID
}

func parseJID(text string) types.JID {
	jid, err := types.ParseJID(text)
	if err != nil {
		return types.EmptyJID
	}
	return jid
}

// attrInt reads an attribute as a number, 0 where it is none.
func attrInt(s *stanza, name string) int {
	n, err := strconv.Atoi(attr(s, name))
	if err != nil {
		return 0
	}
	return n
}

// child finds a descendant by its tags; an empty stanza and false where there
// is none (the codec's own function answers with the parent then).
func child(s *stanza, path ...string) (stanza, bool) {
	found, ok := s.GetOptionalChildByTag(path...)
	if !ok {
		return stanza{}, false
	}
	return found, true
}

// bytesAt reads the bytes of a descendant, nil where there are none. Clients
// may encode short content as text.
func bytesAt(s *stanza, path ...string) []byte {
	found, ok := child(s, path...)
	if !ok {
		return nil
	}
	switch v := found.Content.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}

// firstChild is the first child's tag and the child, "" where there is none.
func firstChild(s *stanza) (string, *stanza) {
	children := s.GetChildren()
	if len(children) == 0 {
		return "", &stanza{}
	}
	return children[0].Tag, &children[0]
}

// with copies a stanza and sets attributes; the original stays as it is.
func with(s stanza, more attrs) stanza {
	copied := make(attrs, len(s.Attrs)+len(more))
	maps.Copy(copied, s.Attrs)
	maps.Copy(copied, more)
	s.Attrs = copied
	return s
}

// unix is a time as stanzas carry it: seconds since 1970, in decimal.
func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// describe names a kind of stanza for logs and counters, without anyone's data.
func describe(s *stanza) string {
	first, _ := firstChild(s)
	switch s.Tag {
	case "iq":
		return "iq " + attr(s, "xmlns") + " " + attr(s, "type") + " " + first
	case "notification", "receipt":
		return s.Tag + " " + attr(s, "type")
	default:
		if first == "" {
			return s.Tag
		}
		return s.Tag + " " + first
	}
}
