package bridge

import (
	"mime"
	"path"
	"slices"
	"strings"
)

// alike are endings of one format that not every machine's table of types knows.
var alike = [][]string{
	{".jpg", ".jpeg", ".jpe", ".jfif"}, {".ogg", ".oga", ".opus"}, {".mp4", ".m4v"},
	{".3gp", ".3gpp"}, {".mpg", ".mpeg"}, {".tif", ".tiff"}, {".heic", ".heif"}, {".aif", ".aiff"}, {".mid", ".midi"},
}

// programs are endings of addresses that name what makes a file, not the file.
var programs = []string{".php", ".asp", ".aspx", ".ashx", ".jsp", ".jspx", ".cgi", ".do", ".dll", ".exe"}

// FileName gives a file's name the ending of its content, unless it has one that
// opens it. mimeType and ending (".pdf") are those of the content.
func FileName(name, mimeType, ending string) string {
	if opens(strings.ToLower(path.Ext(name)), plainType(mimeType), strings.ToLower(ending)) {
		return name
	}
	return name + ending
}

func opens(has, mimeType, ending string) bool {
	if has == ending {
		return true
	}
	if !looksLikeEnding(has) {
		return false
	}
	if plainType(mime.TypeByExtension(has)) == mimeType {
		return true
	}
	for _, list := range alike {
		if slices.Contains(list, has) && slices.Contains(list, ending) {
			return true
		}
	}
	return manyFormats(mimeType) && !slices.Contains(programs, has)
}

// looksLikeEnding tells ".docx" and ".7z" from the rest of a sentence or a date.
func looksLikeEnding(s string) bool {
	if len(s) < 2 || len(s) > 6 {
		return false
	}
	letter := false
	for _, c := range s[1:] {
		switch {
		case c >= 'a' && c <= 'z':
			letter = true
		case c < '0' || c > '9':
			return false
		}
	}
	return letter
}

// manyFormats reports whether a content of a type can be of a format that only its
// ending tells: text, and what is packed as ZIP or OLE.
func manyFormats(mimeType string) bool {
	switch mimeType {
	case "", "application/octet-stream", "application/zip", "application/gzip", "application/json", "application/x-ole-storage", "application/msword",
		"application/java-archive":
		return true
	}
	return strings.HasPrefix(mimeType, "text/") || strings.HasSuffix(mimeType, "xml") || strings.HasPrefix(mimeType, "application/vnd.")
}

// plainType is a type without its parameters.
func plainType(t string) string {
	t, _, _ = strings.Cut(t, ";")
	return strings.ToLower(strings.TrimSpace(t))
}
