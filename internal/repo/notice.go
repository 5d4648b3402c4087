package repo

import (
	"fmt"
	"slices"
	"strings"
)

const noticeHead = `Nodeline
Copyright (c) 2026 The Nodeline authors

Nodeline's own source code is under the MIT licence (see LICENSE).

The program "nodeline" (bin/nodeline) links go.mau.fi/libsignal, which is under
the GNU General Public License version 3, and go.mau.fi/whatsmeow, which is under
the Mozilla Public License 2.0. The program as a whole is therefore conveyed under
GPL-3.0: whoever passes the binary on passes on, or offers, the complete source
that it was built from. The source of this repository together with the modules
below, at the versions below, is that source.

The npm packages hold none of those modules and stay under MIT. The file
validator.wasm inside them is made of our own source and of Go's standard library.

This file is written by "just generate" and checked by "just test". The licences'
full texts are in THIRD_PARTY_LICENSES.txt.
`

// Notice is the text of NOTICE.
func Notice(goParts, npmParts []Part) string {
	var b strings.Builder
	b.WriteString(noticeHead)
	b.WriteString("\n\nLinked into the program\n-----------------------\n")
	writeParts(&b, goParts)
	b.WriteString("\n\nUsed by or inside the npm packages\n----------------------------------\n")
	if len(npmParts) == 0 {
		b.WriteString("\nNothing beside Go's standard library in validator.wasm.\n")
	}
	writeParts(&b, npmParts)
	return b.String()
}

func writeParts(b *strings.Builder, parts []Part) {
	for _, p := range parts {
		fmt.Fprintf(b, "\n%s\n    %s\n", strings.TrimSpace(p.Name+" "+p.Version), p.Licence)
		for _, line := range p.Copyright {
			fmt.Fprintf(b, "    %s\n", line)
		}
	}
}

// Texts holds each licence text once, under the names of all who use it word for word.
func Texts(parts []Part) string {
	var order []string
	users := map[string][]string{}
	for _, p := range parts {
		if users[p.Text] == nil {
			order = append(order, p.Text)
		}
		users[p.Text] = append(users[p.Text], strings.TrimSpace(p.Name+" "+p.Version))
	}
	var b strings.Builder
	b.WriteString("The licences of what Nodeline links or carries here. Written by \"just generate\".\n")
	for _, text := range order {
		rule := strings.Repeat("=", 78)
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s", rule, strings.Join(users[text], "\n"), rule, text)
	}
	return b.String()
}

// Files are the generated files by name.
func Files(root string) (map[string]string, error) {
	goParts, err := GoParts(root)
	if err != nil {
		return nil, err
	}
	npmParts, err := NpmParts(root)
	if err != nil {
		return nil, err
	}
	// What the npm package carries: Go's library inside validator.wasm, and npmParts.
	carried := append([]Part{goParts[0]}, npmParts...)
	return map[string]string{
		"NOTICE":                   Notice(goParts, npmParts),
		"THIRD_PARTY_LICENSES.txt": Texts(slices.Concat(goParts, npmParts)),
		"ui-manifests/node-red/THIRD_PARTY_LICENSES.txt": Texts(carried),
	}, nil
}
