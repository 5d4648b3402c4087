// Package native judges a request once more, typed, before anything is
// committed: strict decoding by encoding/json, then validator/v10 over the tags
// of schema. It is the only importer of validator/v10, and the reference that
// the WebAssembly validator is compared with.
package native

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/nodeline/nodeline/plugin/form"
	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/shape"
)

// Verdict is what Judge says of a request.
type Verdict struct {
	// Request points to the method's request struct (*schema.AskRequest for
	// message.ask), normalised and with defaults. It is nil when there are Issues.
	Request any
	Issues  []schema.Issue
	// Warnings do not refuse; see the guest's.
	Warnings []schema.Issue
}

// Check decodes, normalises and judges the params of a method (JSON; empty
// means {}). Opaque fields are lifted out before and are unknown here; set them on
// the request afterwards.
//
// request is a pointer to the method's request struct (*schema.AskRequest for
// message.ask), ready for bridge: trimmed, blank buttons dropped, defaults and
// button ids filled in. It is nil when there are issues. Errors: *schema.Error
// with too_large or method_not_found; anything else is a fault of this package.
func Check(method string, params []byte, lang schema.Lang) (request any, issues []schema.Issue, err error) {
	v, err := Judge(method, params, lang)
	return v.Request, v.Issues, err
}

// Judge is Check with the warnings.
func Judge(method string, params []byte, lang schema.Lang) (Verdict, error) {
	if len(params) > schema.ValidatorMaxBytes {
		return Verdict{}, form.TooLarge(lang, len(params))
	}
	op, ok := schema.OperationOf(method)
	if !ok {
		return Verdict{}, form.UnknownMethod(lang)
	}
	if len(params) == 0 {
		params = []byte("{}")
	}
	request, err := shape.Of(op.Request)
	if err != nil {
		return Verdict{}, fmt.Errorf("read request's shape: %w", err)
	}
	r := &report{lang: lang, root: request}
	if !r.wellFormed(params) {
		return Verdict{Issues: r.issues}, nil
	}
	tree, err := readTree(params)
	if err != nil {
		return Verdict{}, fmt.Errorf("read params: %w", err)
	}
	if r.checkShape(tree, request); len(r.issues) > 0 {
		return Verdict{Issues: r.issues}, nil
	}
	target := reflect.New(request.Type)
	if tree.kind == "object" && opens(request) {
		if params, err = exact(params, request); err != nil {
			return Verdict{}, fmt.Errorf("decode params: %w", err)
		}
	}
	if err := json.Unmarshal(params, target.Interface()); err != nil {
		return Verdict{}, fmt.Errorf("decode params: %w", err)
	}
	r.places = normalise(target.Elem(), request)
	if err := r.checkRules(target.Interface()); err != nil {
		return Verdict{}, err
	}
	if err := r.warnUnits(target.Elem(), request, ""); err != nil {
		return Verdict{}, err
	}
	if len(r.issues) > 0 {
		return Verdict{Issues: r.issues, Warnings: r.warnings}, nil
	}
	fillDefaults(target.Elem(), request, 0)
	return Verdict{Request: target.Interface(), Warnings: r.warnings}, nil
}

// report gathers issues in the order they are found.
type report struct {
	lang     schema.Lang
	root     *shape.Struct // of the request
	places   places
	request  reflect.Value
	issues   []schema.Issue
	warnings []schema.Issue
	failed   map[string]bool // paths (of places that are left) of lists that a rule refused
}

func (r *report) refuse(path string, f sentence.Fact) {
	if len(r.issues) < sentence.IssuesMax {
		r.issues = append(r.issues, form.Issue(r.lang, path, f))
	}
}

func (r *report) warn(path string, f sentence.Fact) {
	if len(r.warnings) < sentence.IssuesMax {
		r.warnings = append(r.warnings, form.Issue(r.lang, path, f))
	}
}
