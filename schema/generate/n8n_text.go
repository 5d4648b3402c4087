package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nodeline/nodeline/schema/shape"
)

// n8n's lint wants names in title case, by the rules of its title-case package, and
// a description without a full stop unless it has several sentences.
var (
	titleTokens = regexp.MustCompile(`[^\s:–—-]+|[\s:–—-]`)
	smallWords  = regexp.MustCompile(`(?i)\b(?:an?d?|a[st]|because|but|by|en|for|i[fn]|neither|nor|o[fnr]|only|over|per|so|some|tha[tn]|the|to|up|upon|vs?\.?|versus|via|when|with|without|yet)\b`)
	casedByHand = regexp.MustCompile(`.[A-Z]|.\..`)
	upperWords  = regexp.MustCompile(`\b[iI]d(s?)\b`)
	urlWords    = regexp.MustCompile(`\b[uU]rl(s?)\b`)
	// What labels say of a list's item, or of the unit that a control shows by itself.
	placeOf = regexp.MustCompile(` \{n\}:?|, (milli)?seconds$`)
)

func titleCase(s string) string {
	var b strings.Builder
	for _, at := range titleTokens.FindAllStringIndex(s, -1) {
		token := s[at[0]:at[1]]
		inner := at[0] > 0 && at[1] < len(s)
		if casedByHand.MatchString(token) || inner && smallWords.MatchString(token) || strings.HasPrefix(s[at[1]:], ":") && !strings.HasPrefix(s[at[1]:], ": ") {
			b.WriteString(token)
			continue
		}
		b.WriteString(strings.ToUpper(token[:1]) + token[1:])
	}
	return b.String()
}

// nameOf makes a parameter's name of a label.
func nameOf(label string) string {
	label = placeOf.ReplaceAllString(label, "")
	label = urlWords.ReplaceAllString(upperWords.ReplaceAllString(label, "ID$1"), "URL$1")
	return titleCase(label)
}

// describe gives a sentence the form that n8n wants.
func describe(help string) string {
	if !strings.Contains(help, ". ") {
		return strings.TrimSuffix(help, ".")
	}
	return help
}

// Our own limits are worth a hint where a person may come near them by hand: of texts
// longer than names and shorter than addresses, and of small numbers.
const hintMin, hintMax, hintNumberMax = 100, 200, 1000

// hintOf says the limits of a field, of the schema's numbers.
func hintOf(f *shape.Field) string {
	low, hasLow := f.Rule("min")
	high, hasHigh := f.Rule("max")
	switch {
	case !hasHigh || f.Name == "id":
		return ""
	case f.Kind == shape.List && hasLow && low.N > 1:
		return fmt.Sprintf("%d to %d", low.N, high.N)
	case f.Kind == shape.List:
		return fmt.Sprintf("Up to %d", high.N)
	case f.Kind == shape.Integer && hasLow && high.N <= hintNumberMax:
		return fmt.Sprintf("%d to %d", low.N, high.N)
	case f.Kind == shape.Text && (f.LimitOf != "" || high.N >= hintMin && high.N <= hintMax):
		return fmt.Sprintf("Up to %d characters", high.N)
	}
	return ""
}
