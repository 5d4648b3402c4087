package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// tsRaw is written as it stands: the name of a constant.
type tsRaw string

// tsLiteral writes a value as TypeScript, with the names of members bare: n8n's lint
// reads no others.
func tsLiteral(b *bytes.Buffer, v any, indent string) error {
	inner := indent + "\t"
	switch v := v.(type) {
	case object:
		if len(v) == 0 {
			b.WriteString("{}")
			return nil
		}
		b.WriteString("{\n")
		for _, m := range v {
			b.WriteString(inner + tsName(m.name) + ": ")
			if err := tsLiteral(b, m.value, inner); err != nil {
				return err
			}
			b.WriteString(",\n")
		}
		b.WriteString(indent + "}")
	case []any:
		return tsArray(b, v, indent)
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return tsArray(b, items, indent)
	case string:
		b.WriteString(tsText(v))
	case tsRaw:
		b.WriteString(string(v))
	case bool, int, int64:
		fmt.Fprint(b, v)
	default:
		return fmt.Errorf("no TypeScript for %T", v)
	}
	return nil
}

// tsArray writes plain items on one line, others below each other.
func tsArray(b *bytes.Buffer, items []any, indent string) error {
	plain := true
	for _, item := range items {
		if _, ok := item.(object); ok {
			plain = false
		}
	}
	inner := indent + "\t"
	b.WriteByte('[')
	for i, item := range items {
		switch {
		case !plain:
			b.WriteString("\n" + inner)
		case i > 0:
			b.WriteString(", ")
		}
		if err := tsLiteral(b, item, inner); err != nil {
			return err
		}
		if !plain {
			b.WriteByte(',')
		}
	}
	if !plain && len(items) > 0 {
		b.WriteString("\n" + indent)
	}
	b.WriteByte(']')
	return nil
}

func tsName(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return tsText(name)
}

// tsText writes a text in single quotes.
func tsText(s string) string {
	raw, err := encode(s)
	if err != nil {
		panic(err) // a text always encodes
	}
	body := strings.ReplaceAll(string(raw[1:len(raw)-1]), `\"`, `"`)
	return "'" + strings.ReplaceAll(body, "'", `\'`) + "'"
}
