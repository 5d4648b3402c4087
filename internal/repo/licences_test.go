package repo

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every linked module is known and allowed, and the committed files say so.
func TestNoticeIsFreshAndEveryLicenceIsAllowed(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := Files(root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.ReplaceAll(string(got), "\r\n", "\n") != want {
			t.Errorf("%s is stale: run just generate", name)
		}
	}
}

func TestNoticeNamesWhatBindsTheBinary(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	parts, err := GoParts(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Licence{
		"go.mau.fi/libsignal":   GPL3,
		"go.mau.fi/whatsmeow":   MPL2,
		"modernc.org/sqlite":    BSD3,
		"Go standard library":   BSD3,
		"rsc.io/qr":             BSD3,
		"github.com/rs/zerolog": MIT,
	}
	for _, p := range parts {
		if licence, asked := want[p.Name]; asked && p.Licence != licence {
			t.Errorf("%s: %s, want %s", p.Name, p.Licence, licence)
		}
		delete(want, p.Name)
	}
	for name := range want {
		t.Errorf("%s is not among the linked modules", name)
	}
}

// The published npm package is MIT and carries the licences of what is bundled into it.
func TestThePublishedPackageCarriesItsLicences(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	const dir = "ui-manifests/node-red"
	manifest := read(t, root, dir+"/package.json")
	if !strings.Contains(manifest, `"THIRD_PARTY_LICENSES.txt"`) {
		t.Errorf("%s/package.json does not publish THIRD_PARTY_LICENSES.txt", dir)
	}
	if read(t, root, dir+"/LICENSE") != read(t, root, "LICENSE") {
		t.Errorf("%s/LICENSE is not the repository's", dir)
	}
	texts := read(t, root, dir+"/THIRD_PARTY_LICENSES.txt")
	for _, want := range []string{"Go standard library", "\nws "} {
		if !strings.Contains(texts, want) {
			t.Errorf("%s/THIRD_PARTY_LICENSES.txt does not name %q", dir, strings.TrimSpace(want))
		}
	}
}

// n8n's package carries nothing of others: what it is built with never runs in n8n, so
// it is neither among its dependencies nor in NOTICE.
func TestTheN8nPackageCarriesNothingOfOthers(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	const dir = "ui-manifests/n8n"
	var manifest struct {
		Dependencies, DevDependencies map[string]string
		Bundled                       []string
		Files                         []string
	}
	if err := json.Unmarshal([]byte(read(t, root, dir+"/package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Dependencies) > 0 || len(manifest.Bundled) > 0 {
		t.Errorf("%s needs %v and bundles %v at run time", dir, manifest.Dependencies, manifest.Bundled)
	}
	if len(manifest.DevDependencies) == 0 || len(manifest.Files) == 0 {
		t.Errorf("%s was read as %+v", dir, manifest)
	}
	notice := read(t, root, "NOTICE")
	for name := range manifest.DevDependencies {
		if strings.Contains(notice, "\n"+name+" ") {
			t.Errorf("NOTICE names %s, which %s is only built with", name, dir)
		}
	}
	if read(t, root, dir+"/LICENSE") != read(t, root, "LICENSE") {
		t.Errorf("%s/LICENSE is not the repository's", dir)
	}
}

func TestClassify(t *testing.T) {
	mit := "Copyright (c) 2026 X\n\nPermission is hereby granted, free of charge, to any person\nThe Software is provided “as is”, without warranty of\nany kind"
	bsd2 := "Redistribution and use in source and binary forms are permitted.\nTHIS SOFTWARE IS PROVIDED BY X"
	for _, c := range []struct {
		name, text string
		want       Licence
	}{
		{"MIT across lines and curly quotes", mit, MIT},
		{"BSD with two clauses", bsd2, BSD2},
		{"BSD with three clauses", strings.Replace(bsd2, "THIS", "Neither the name of X may be used.\nTHIS", 1), BSD3},
		{"GPL that names other licences", "GNU General Public License\nVersion 3, 29 June 2007\n... Apache License ... " + mit, GPL3},
	} {
		if got, err := Classify(c.text); err != nil || got != c.want {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	for _, text := range []string{"", "All rights reserved.", "GNU AFFERO GENERAL PUBLIC LICENSE Version 3, 19 November 2007", "Server Side Public License"} {
		if got, err := Classify(text); err == nil {
			t.Errorf("%q was taken for %s", text, got)
		}
	}
}

func TestRefusesALicenceThatIsNotAllowed(t *testing.T) {
	dir := t.TempDir()
	gpl := "GNU General Public License\nVersion 3, 29 June 2007\n"
	if err := os.WriteFile(filepath.Join(dir, "COPYING"), []byte(gpl), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readLicence(Part{Name: "example.org/other"}, dir); err == nil || !strings.Contains(err.Error(), "not allowed") {
		t.Errorf("GPL of an unknown module: %v", err)
	}
	if part, err := readLicence(Part{Name: "go.mau.fi/libsignal"}, dir); err != nil || part.Licence != GPL3 {
		t.Errorf("GPL of libsignal: %v, %v", part.Licence, err)
	}
	if _, err := readLicence(Part{Name: "example.org/none"}, t.TempDir()); err == nil || !strings.Contains(err.Error(), "no licence file") {
		t.Errorf("no licence file: %v", err)
	}
}
