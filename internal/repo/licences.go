package repo

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Licence is an SPDX identifier.
type Licence string

// The licences that a linked module may come under.
const (
	MIT     Licence = "MIT"
	BSD2    Licence = "BSD-2-Clause"
	BSD3    Licence = "BSD-3-Clause"
	ISC     Licence = "ISC"
	Apache2 Licence = "Apache-2.0"
	MPL2    Licence = "MPL-2.0"
	GPL3    Licence = "GPL-3.0"
)

// allowed licences of any module or package.
var allowed = []Licence{MIT, BSD2, BSD3, ISC, Apache2, MPL2}

// exceptions are modules let in under a licence that binds the whole binary.
var exceptions = map[string]Licence{
	// The binary is conveyed under GPL-3.0 because of it; see NOTICE.
	"go.mau.fi/libsignal": GPL3,
}

// reviewed are further licence files that a person has read: lists of notices and
// dedications, which no classifier sums up in one name.
var reviewed = map[string][]string{
	"modernc.org/sqlite": {
		"LICENSE-3RD-PARTY.md", // BSD, MIT, Apache-2.0 and public domain in what is linked
		"LICENSE-SQLITE",       // public domain
	},
	"modernc.org/libc":   {"LICENSE-3RD-PARTY.md"}, // musl and Go: MIT and BSD-3-Clause
	"modernc.org/memory": {"LICENSE-LOGO"},         // the address of a picture that is not linked
}

// Part is one linked module or bundled package, and the licence it comes under.
type Part struct {
	Name      string
	Version   string
	Licence   Licence
	Copyright []string // the copyright lines of its licence file
	Text      string   // the licence file, whole
}

// marks tell licences apart: every phrase must stand in the text, and the first
// licence whose phrases all do is the one. Order matters: the GPL's text names
// other licences, and BSD-3 holds every phrase of BSD-2.
var marks = []struct {
	licence Licence
	phrases []string
}{
	{GPL3, []string{"gnu general public license", "version 3, 29 june 2007"}},
	{MPL2, []string{"mozilla public license version 2.0", "1.1. \"contributor\""}},
	{Apache2, []string{"apache license", "version 2.0, january 2004", "grant of patent license"}},
	{BSD3, []string{"redistribution and use in source and binary forms", "neither the name", "this software is provided by"}},
	{BSD2, []string{"redistribution and use in source and binary forms", "this software is provided by"}},
	{ISC, []string{"permission to use, copy, modify, and/or distribute this software for any purpose", "the software is provided \"as is\" and the author disclaims"}},
	{ISC, []string{"permission to use, copy, modify, and distribute this software for any purpose", "the software is provided \"as is\" and the author disclaims"}},
	{MIT, []string{"permission is hereby granted, free of charge", "the software is provided \"as is\", without warranty of any kind"}},
}

var (
	spaces     = regexp.MustCompile(`[\s*>#]+`)
	quotes     = strings.NewReplacer("“", `"`, "”", `"`, "‘", "'", "’", "'", "``", `"`, "''", `"`)
	licenceDoc = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([.\-_].*)?$`)
	copyright  = regexp.MustCompile(`(?im)^[\s*/#]*(copyright\s+(\(c\)|©|\d).*)$`)
)

// Classify names the licence of a licence file's text.
func Classify(text string) (Licence, error) {
	plain := strings.ToLower(quotes.Replace(spaces.ReplaceAllString(text, " ")))
	for _, mark := range marks {
		if !slices.ContainsFunc(mark.phrases, func(phrase string) bool { return !strings.Contains(plain, phrase) }) {
			return mark.licence, nil
		}
	}
	return "", errors.New("classify: the text is of no licence known here")
}

// readLicence fills a part from the licence files in its folder. The plain one
// (LICENSE, COPYING) names the part's licence; others beside it (LICENSE-MMAP-GO)
// must be allowed or reviewed, and their text is kept too.
func readLicence(part Part, dir string) (Part, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return part, fmt.Errorf("read %s: %w", part.Name, err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || !licenceDoc.MatchString(name) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return part, fmt.Errorf("read %s: %w", part.Name, err)
		}
		plain := !strings.Contains(name, "-")
		if plain || !slices.Contains(reviewed[part.Name], name) {
			licence, err := Classify(string(data))
			if err != nil {
				return part, fmt.Errorf("%s %s, %s: %w", part.Name, part.Version, name, err)
			}
			if !slices.Contains(allowed, licence) && exceptions[part.Name] != licence {
				return part, fmt.Errorf("%s %s, %s: %s is not allowed", part.Name, part.Version, name, licence)
			}
			if plain && part.Licence == "" {
				part.Licence = licence
			}
		}
		part.add(plain, string(data))
	}
	if part.Licence == "" {
		return part, fmt.Errorf("%s %s has no licence file", part.Name, part.Version)
	}
	return part, nil
}

// add keeps a licence file's text, and the copyright lines of a plain one.
func (p *Part) add(plain bool, text string) {
	p.Text += strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) + "\n"
	if !plain {
		return
	}
	for _, m := range copyright.FindAllStringSubmatch(text, -1) {
		line := strings.TrimSpace(m[1])
		// The GPL's own text begins with the copyright of the text.
		if !slices.Contains(p.Copyright, line) && !strings.Contains(line, "Free Software Foundation") {
			p.Copyright = append(p.Copyright, line)
		}
	}
}

// GoParts lists the modules linked into the binary on any of our platforms, and
// Go's own library, sorted by name. An unknown or refused licence is an error.
func GoParts(root string) ([]Part, error) {
	modules := map[string]GoModule{}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		pkgs, err := list(root, []string{"GOOS=" + goos, "CGO_ENABLED=0"}, "-deps", "./sidecar/cmd/nodeline")
		if err != nil {
			return nil, err
		}
		for _, p := range pkgs {
			if p.Module != nil && !p.Module.Main {
				modules[p.Module.Path] = *p.Module
			}
		}
	}
	pkgs, err := list(root, nil, "runtime")
	if err != nil {
		return nil, err
	}
	// Distributions move Go's LICENSE; beside src it is where Go itself puts it.
	library, err := readLicence(Part{Name: "Go standard library"}, filepath.Join(pkgs[0].Dir, "..", ".."))
	if err != nil {
		return nil, err
	}
	parts := []Part{library}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		part, err := readLicence(Part{Name: name, Version: modules[name].Version}, modules[name].Dir)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

// npmPackages are the packages of ours that are published.
var npmPackages = []string{"plugin/js", "ui-manifests/client", "ui-manifests/node-red", "ui-manifests/n8n"}

type npmManifest struct {
	Name         string            `json:"name"`
	Version      string            `json:"version"`
	License      string            `json:"license"`
	Private      bool              `json:"private"`
	Dependencies map[string]string `json:"dependencies"`
	// Bundled names the development dependencies whose code the build copies in.
	Bundled []string `json:"bundled"`
}

// NpmParts lists what our npm packages need at run time or carry inside, sorted
// by name. It reads node_modules: run npm ci first. Our own packages must be MIT.
func NpmParts(root string) ([]Part, error) {
	parts := map[string]Part{}
	var add func(name string) error
	add = func(name string) error {
		dir := filepath.Join(root, "node_modules", filepath.FromSlash(name))
		manifest, err := readManifest(dir)
		if err != nil {
			return err
		}
		if _, done := parts[name]; done || strings.HasPrefix(name, "@nodeline/") {
			return nil
		}
		part, err := readLicence(Part{Name: name, Version: manifest.Version}, dir)
		if err != nil {
			return err
		}
		parts[name] = part
		for dep := range manifest.Dependencies {
			if err := add(dep); err != nil {
				return err
			}
		}
		return nil
	}
	for _, dir := range npmPackages {
		manifest, err := readManifest(filepath.Join(root, dir))
		if err != nil {
			return nil, err
		}
		if manifest.License != string(MIT) {
			return nil, fmt.Errorf("%s is %q: our npm packages are MIT", dir, manifest.License)
		}
		for _, dep := range slices.Concat(slices.Collect(maps.Keys(manifest.Dependencies)), manifest.Bundled) {
			if err := add(dep); err != nil {
				return nil, err
			}
		}
	}
	sorted := make([]Part, 0, len(parts))
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		sorted = append(sorted, parts[name])
	}
	return sorted, nil
}

func readManifest(dir string) (npmManifest, error) {
	var m npmManifest
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return m, fmt.Errorf("read package: %w", err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", dir, err)
	}
	return m, nil
}
