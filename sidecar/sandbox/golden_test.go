package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/types"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// The files in testdata are written by hand: a stanza as text, one element a
// line, attributes in alphabetical order. In them {t} stands for a time, {id}
// for any name, {32 bytes} for so many bytes, {bytes} for any number of them.

var placeholder = regexp.MustCompile(`\{(t|id|bytes|\d+ bytes)\}`)

// golden compares a stanza with its file.
func golden(t *testing.T, name string, got waBinary.Node) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimSpace(string(raw))
	pattern, rest := "", want
	for {
		at := placeholder.FindStringSubmatchIndex(rest)
		if at == nil {
			pattern += regexp.QuoteMeta(rest)
			break
		}
		pattern += regexp.QuoteMeta(rest[:at[0]])
		switch what := rest[at[2]:at[3]]; what {
		case "t":
			pattern += `\d{10}`
		case "id":
			pattern += `[^"<>]+`
		case "bytes":
			pattern += `\{\d+ bytes\}`
		default:
			pattern += regexp.QuoteMeta("{" + what + "}")
		}
		rest = rest[at[1]:]
	}
	if text := strings.TrimSpace(draw(got, "")); !regexp.MustCompile(`\A` + pattern + `\z`).MatchString(text) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, text, want)
	}
}

// draw writes a stanza as the files in testdata are written.
func draw(node waBinary.Node, indent string) string {
	names := make([]string, 0, len(node.Attrs))
	for name := range node.Attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	line := indent + "<" + node.Tag
	for _, name := range names {
		value := node.Attrs[name]
		if jid, ok := value.(types.JID); ok {
			value = jid.String()
		}
		line += fmt.Sprintf(" %s=\"%v\"", name, value)
	}
	switch content := node.Content.(type) {
	case []waBinary.Node:
		if len(content) == 0 {
			return line + "/>\n"
		}
		line += ">\n"
		for _, child := range content {
			line += draw(child, indent+"  ")
		}
		return line + indent + "</" + node.Tag + ">\n"
	case []byte:
		return line + ">" + readable(node.Tag, content) + "</" + node.Tag + ">\n"
	default:
		return line + "/>\n"
	}
}

// sealedTags are the elements whose content is never text.
var sealedTags = map[string]bool{
	"id": true, "registration": true, "type": true, "identity": true, "value": true, "signature": true,
	"device-identity": true, "enc": true, "token": true, "hash": true, "patch": true,
}

func readable(tag string, raw []byte) string {
	if sealedTags[tag] || !utf8.Valid(raw) {
		return fmt.Sprintf("{%d bytes}", len(raw))
	}
	return string(raw)
}
