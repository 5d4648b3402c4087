package media

import (
	"mime"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// nameMax is the longest name of a file, in characters.
const nameMax = 200

// nameFrom is the name that an answer gives its file: of Content-Disposition (RFC
// 6266, in the forms of RFC 8187 and 2047 too), else the last part of the address.
func nameFrom(disposition string, at *url.URL) string {
	if name := named(disposition); name != "" {
		return name
	}
	if base := path.Base(at.Path); base != "/" && base != "." {
		return base
	}
	return ""
}

// named reads Content-Disposition.
func named(disposition string) string {
	if charset, encoded, ok := extended(disposition); ok {
		if name, ok := decodeCharset(charset, encoded); ok {
			return name
		}
	}
	var name string
	if _, params, err := mime.ParseMediaType(disposition); err == nil {
		name = params["filename"]
	} else {
		name = unquoted(disposition)
	}
	if plain, err := url.PathUnescape(name); err == nil && utf8.ValidString(plain) {
		name = plain
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	return strings.ToValidUTF8(name, "")
}

// unquoted is the name in a header that breaks the rules, as one with spaces or
// Cyrillic letters and no quotes does.
func unquoted(disposition string) string {
	const key = "filename="
	at := strings.Index(strings.ToLower(disposition), key)
	if at < 0 {
		return ""
	}
	name, _, _ := strings.Cut(disposition[at+len(key):], ";")
	return strings.Trim(strings.TrimSpace(name), `"`)
}

// extended finds filename*=charset'language'percent-encoded (RFC 8187).
func extended(disposition string) (charset, encoded string, ok bool) {
	for part := range strings.SplitSeq(disposition, ";") {
		key, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if !found || !strings.EqualFold(strings.TrimSpace(key), "filename*") {
			continue
		}
		charset, rest, found := strings.Cut(strings.Trim(strings.TrimSpace(value), `"`), "'")
		_, encoded, more := strings.Cut(rest, "'")
		return strings.ToLower(charset), encoded, found && more
	}
	return "", "", false
}

// decodeCharset reads the charsets that servers here send: UTF-8, and the old
// ones of Windows and Unix for Cyrillic.
func decodeCharset(charset, encoded string) (string, bool) {
	raw, err := url.PathUnescape(encoded)
	if err != nil {
		return "", false
	}
	var table *charmap.Charmap
	switch charset {
	case "utf-8", "us-ascii":
		return strings.ToValidUTF8(raw, ""), true
	case "windows-1251":
		table = charmap.Windows1251
	case "koi8-r":
		table = charmap.KOI8R
	case "iso-8859-1":
		table = charmap.ISO8859_1
	default:
		return "", false
	}
	name, err := table.NewDecoder().String(raw)
	return name, err == nil
}

// cleanName makes a name that is only a name: no folders, no signs that do not
// show or that turn the writing around.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimLeft(strings.TrimSpace(name), ".")
	ending := path.Ext(name)
	if runes := []rune(strings.TrimSuffix(name, ending)); len(runes) > nameMax {
		name = string(runes[:nameMax]) + ending
	}
	return name
}
