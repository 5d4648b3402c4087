// Package form turns facts about a field into issues and errors of the schema,
// the same for every validator on the Go side.
package form

import (
	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
)

// Issue writes a fact about the field at path down in lang.
func Issue(lang schema.Lang, path string, f sentence.Fact) schema.Issue {
	return schema.Issue{
		Field: path, Label: f.Label, Rule: f.Rule,
		Limit: int(f.Limit), Actual: int(f.Actual),
		Message: sentence.Say(string(lang), f),
	}
}

// TooLarge refuses params over schema.ValidatorMaxBytes, before they are parsed.
func TooLarge(lang schema.Lang, bytes int) *schema.Error {
	e := schema.NewError(schema.CodeTooLarge, lang, nil)
	e.Issues = []schema.Issue{Issue(lang, "", sentence.Fact{
		Rule: sentence.TooLarge, Limit: schema.ValidatorMaxBytes, Actual: int64(bytes),
	})}
	return e
}

// UnknownMethod refuses a method that schema does not list.
func UnknownMethod(lang schema.Lang) *schema.Error {
	e := schema.NewError(schema.CodeMethodNotFound, lang, nil)
	e.Issues = []schema.Issue{Issue(lang, "", sentence.Fact{Rule: sentence.UnknownMethod})}
	return e
}
