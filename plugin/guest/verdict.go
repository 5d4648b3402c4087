package main

import "strconv"

const hexDigits = "0123456789abcdef"

// verdict appends the answer as JSON.
func (c *checker) verdict(out []byte) []byte {
	out = append(out, `{"ok":`...)
	out = strconv.AppendBool(out, len(c.issues) == 0)
	out = append(out, `,"issues":`...)
	out = appendIssues(out, c.issues)
	out = append(out, `,"warnings":`...)
	out = appendIssues(out, c.warnings)
	return append(out, '}')
}

func appendIssues(out []byte, issues []issue) []byte {
	out = append(out, '[')
	for i := range issues {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendIssue(out, &issues[i])
	}
	return append(out, ']')
}

func appendIssue(out []byte, i *issue) []byte {
	out = append(out, `{"field":`...)
	out = appendText(out, i.path)
	out = append(out, `,"label":`...)
	out = appendText(out, i.label)
	out = append(out, `,"rule":`...)
	out = appendText(out, i.rule)
	if i.limit != 0 {
		out = append(out, `,"limit":`...)
		out = strconv.AppendInt(out, i.limit, 10)
	}
	if i.actual != 0 {
		out = append(out, `,"actual":`...)
		out = strconv.AppendInt(out, i.actual, 10)
	}
	out = append(out, `,"message":`...)
	return append(appendText(out, i.message), '}')
}

// appendText writes a JSON string; s is valid UTF-8.
func appendText(out []byte, s string) []byte {
	out = append(out, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < 0x20:
			out = append(out, `\u00`...)
			out = append(out, hexDigits[c>>4], hexDigits[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
