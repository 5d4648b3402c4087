package native

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
)

// wellFormed judges the text before it is taken apart: UTF-8, depth, JSON, and
// escaped halves of surrogate pairs, in that order.
func (r *report) wellFormed(params []byte) bool {
	switch deep := nesting(params); {
	case !utf8.Valid(params):
		r.refuse("", sentence.Fact{Rule: sentence.UTF8})
	case deep > schema.DepthMax:
		r.refuse("", sentence.Fact{Rule: sentence.Depth, Limit: schema.DepthMax, Actual: int64(deep)})
	case !json.Valid(params):
		r.refuse("", sentence.Fact{Rule: sentence.JSON})
	case loneSurrogate(params):
		r.refuse("", sentence.Fact{Rule: sentence.UTF8})
	default:
		return true
	}
	return false
}

// nesting measures how deep brackets nest outside texts, in JSON or not.
func nesting(text []byte) (deepest int) {
	level := 0
	for len(text) > 0 {
		at := bytes.IndexAny(text, `"[]{}`)
		if at < 0 {
			break
		}
		mark := text[at]
		text = text[at+1:]
		switch mark {
		case '[', '{':
			level++
			deepest = max(deepest, level)
		case ']', '}':
			level--
		default:
			text = afterQuote(text)
		}
	}
	return deepest
}

// afterQuote skips the rest of a quoted text.
func afterQuote(text []byte) []byte {
	for {
		at := bytes.IndexAny(text, `"\`)
		switch {
		case at < 0:
			return nil
		case text[at] == '"':
			return text[at+1:]
		case at+2 > len(text):
			return nil
		}
		text = text[at+min(2, len(text)-at):]
	}
}

// loneSurrogate reports an escape like \ud83d without its other half, which
// encoding/json would quietly replace. The text is valid JSON.
func loneSurrogate(text []byte) bool {
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 {
			return false
		}
		if text[at+1] != 'u' {
			text = text[at+2:]
			continue
		}
		unit := unitAt(text[at:])
		text = text[at+6:]
		switch {
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return true
		case unit >= 0xD800 && unit <= 0xDBFF:
			if low := unitAt(text); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			text = text[6:]
		}
	}
}

// unitAt reads an escape \uXXXX that the text starts with, -1 when it does not.
func unitAt(text []byte) int64 {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	unit, err := strconv.ParseInt(string(text[2:6]), 16, 32)
	if err != nil {
		return -1
	}
	return unit
}
