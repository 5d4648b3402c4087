package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// typeScript writes the types of everything on the wire, the map of methods and
// the error codes with their sentences.
func typeScript(m *model) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s\n\n", madeBy)
	b.WriteString("/** A sentence or label in each language. */\nexport interface Text {\n  en: string;\n  ru: string;\n}\n\n")
	b.WriteString("/** A language of sentences. */\nexport type Lang = \"en\" | \"ru\";\n\n")
	for _, name := range m.names {
		comment(&b, "", m.docs[name])
		fmt.Fprintf(&b, "export type %s = string;\n\n", name)
	}
	for _, e := range m.enums {
		comment(&b, "", m.docs[e.name])
		fmt.Fprintf(&b, "export type %s =\n", e.name)
		for i, v := range e.values {
			end := ""
			if i == len(e.values)-1 {
				end = ";"
			}
			fmt.Fprintf(&b, "  | %q%s", v.value, end)
			if v.doc != "" {
				fmt.Fprintf(&b, " // %s", v.doc)
			}
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	for _, s := range m.structs {
		if err := tsInterface(&b, m, s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	if err := tsMethods(&b, m); err != nil {
		return nil, err
	}
	if err := tsCodes(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func comment(b *bytes.Buffer, indent, text string) {
	if text != "" {
		fmt.Fprintf(b, "%s/** %s */\n", indent, strings.ReplaceAll(text, "*/", "* /"))
	}
}

func tsInterface(b *bytes.Buffer, m *model, s *shape.Struct) error {
	comment(b, "", m.docs[s.Name])
	if len(s.Fields) == 0 {
		fmt.Fprintf(b, "export type %s = Record<string, never>;\n\n", s.Name)
		return nil
	}
	fmt.Fprintf(b, "export interface %s {\n", s.Name)
	for _, f := range s.Fields {
		t, err := tsType(f.Kind, f)
		if err != nil {
			return err
		}
		note := m.docs[s.Name+"."+f.GoName]
		if note == "" {
			note = f.Label.En
		}
		if f.Default != "" {
			note = strings.TrimRight(note, ".") + ". Default " + f.Default + "."
		}
		comment(b, "  ", note)
		optional := ""
		if f.OmitEmpty && !f.Required() {
			optional = "?"
		}
		fmt.Fprintf(b, "  %s%s: %s;\n", f.Name, optional, t)
	}
	if s.Open {
		b.WriteString("  /** Anything else is let through and not read. */\n  [name: string]: unknown;\n")
	}
	b.WriteString("}\n\n")
	return nil
}

func tsType(kind shape.Kind, f *shape.Field) (string, error) {
	t := f.Type
	if f.Kind == shape.List {
		t = f.Type.Elem()
	}
	switch kind {
	case shape.Text:
		return t.Name(), nil
	case shape.Time:
		return "string", nil
	case shape.Integer:
		return "number", nil
	case shape.Bool:
		return "boolean", nil
	case shape.Object:
		return t.Name(), nil
	case shape.Raw:
		return "unknown", nil
	case shape.List:
		item, err := tsType(f.Item, f)
		return item + "[]", err
	}
	return "", fmt.Errorf("no TypeScript type for %s", kind)
}

func tsMethods(b *bytes.Buffer, m *model) error {
	b.WriteString("/** Every method of the RPC with its request and result. */\nexport interface Methods {\n")
	for _, op := range m.operations {
		comment(b, "  ", op.Help.En)
		fmt.Fprintf(b, "  %q: { request: %s; result: %s };\n", op.Method, op.request.Name, op.result.Name)
	}
	b.WriteString("}\n\n/** A method's name. */\nexport type Method = keyof Methods;\n\n")
	b.WriteString("/** What the sidecar pushes over a websocket. */\nexport interface Notifications {\n")
	for _, p := range m.pushes {
		comment(b, "  ", p.title.En)
		fmt.Fprintf(b, "  %q: %s;\n", p.name, p.body.Name)
	}
	b.WriteString("}\n\n/** Every method's title, help and needs. */\nexport const methods = {\n")
	for _, op := range m.operations {
		info, err := encode(object{{"title", op.Title}, {"help", op.Help}, {"scope", op.Scope}, {"socket", op.Socket}})
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "  %q: %s,\n", op.Method, info)
	}
	b.WriteString("} as const satisfies Record<Method, { title: Text; help: Text; scope: string; socket: boolean }>;\n\n")
	b.WriteString("/** Limits that hosts check, or show, by themselves. */\nexport const limits = {\n")
	for _, l := range []struct {
		name string
		n    int
	}{
		{"requestMaxBytes", schema.RequestMaxBytes}, {"validatorMaxBytes", schema.ValidatorMaxBytes}, {"contextMaxBytes", schema.ContextMaxBytes},
		{"pollOptionsMin", schema.PollOptionsMin}, {"pollOptionsMax", schema.PollOptionsMax}, {"pollQuestionMax", schema.PollQuestionMax},
		{"captionMax", schema.CaptionMax}, {"documentMaxBytes", schema.DocumentMaxBytes},
	} {
		fmt.Fprintf(b, "  %s: %d,\n", l.name, l.n)
	}
	b.WriteString("} as const;\n\n")
	return nil
}

func tsCodes(b *bytes.Buffer) error {
	b.WriteString("/** What is known of an error code: JSON-RPC number, HTTP status, whether the same call may succeed later, sentence and hint. */\n")
	b.WriteString("export interface CodeInfo {\n  rpc: number;\n  http: number;\n  retry: boolean;\n  message: Text;\n  hint: Text;\n}\n\n")
	b.WriteString("/** Every error code. */\nexport const codes: Record<Code, CodeInfo> = {\n")
	for _, c := range schema.Codes {
		info, err := encode(object{{"rpc", c.RPC}, {"http", c.HTTP}, {"retry", c.Retry}, {"message", c.Message}, {"hint", c.Hint}})
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "  %s: %s,\n", c.Code, info)
	}
	b.WriteString("};\n")
	return nil
}
