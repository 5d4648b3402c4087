package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// enum is a named text type with the values that schema lists for it.
type enum struct {
	name   string
	values []enumValue
}

type enumValue struct {
	value, doc string
}

// source is what reflection cannot see: comments and constants.
type source struct {
	docs  map[string]string // "AskRequest" and "AskRequest.Line"
	enums map[string]*enum
}

func parseSource(dir string) (source, error) {
	s := source{docs: map[string]string{}, enums: map[string]*enum{}}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return s, fmt.Errorf("read source: %w", err)
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				s.declaration(g)
			}
		}
	}
	return s, nil
}

func (s *source) declaration(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.typeDocs(g, spec)
		case *ast.ValueSpec:
			if g.Tok == token.CONST {
				s.constant(spec)
			}
		}
	}
}

func (s *source) typeDocs(g *ast.GenDecl, spec *ast.TypeSpec) {
	doc := spec.Doc
	if doc == nil && len(g.Specs) == 1 {
		doc = g.Doc
	}
	s.docs[spec.Name.Name] = sentenceOf(doc)
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		text := sentenceOf(f.Doc)
		if text == "" {
			text = sentenceOf(f.Comment)
		}
		for _, name := range f.Names {
			s.docs[spec.Name.Name+"."+name.Name] = text
		}
	}
}

func (s *source) constant(spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	lit, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	value, err := strconv.Unquote(lit.Value)
	if err != nil {
		return
	}
	e := s.enums[typ.Name]
	if e == nil {
		e = &enum{name: typ.Name}
		s.enums[typ.Name] = e
	}
	e.values = append(e.values, enumValue{value, sentenceOf(spec.Comment)})
}

// sentenceOf joins a comment's lines.
func sentenceOf(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}
