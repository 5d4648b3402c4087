// Package schema is Nodeline's vocabulary: every operation, event, error and
// limit, written once as Go structs.
//
// Everything else is made from it by `just generate`: the rule table of the
// WebAssembly validator, JSON Schema and the OpenRPC document, the TypeScript
// types, and the fields that the flow editors show.
//
// Struct tags carry the rules and the labels:
//
//	json      the name on the wire
//	validate  the field rules, in go-playground/validator/v10's syntax.
//	          Lengths count Unicode code points. Rules of our own:
//	          notblank (not only white space), key (an idempotency key),
//	          lineid, region (two capital letters), chatform (a phone or a
//	          JID by its form; whether the number exists is judged in the
//	          sidecar), labels (button labels that a typed answer can tell
//	          apart, see package label), ids (button ids that differ, the
//	          ones made by place included), growing (each reminder later than the
//	          one before), intime (each reminder before the request's
//	          deadlineSeconds, or before the argument where that is absent),
//	          alone (not beside one of the named fields), orelse (required where
//	          none of the named fields is filled in), weburl (http or https with a
//	          host), callform (one phone number with + and the country code)
//	norm      what is done to a value before it is judged: trim (white space
//	          at both ends removed), dropblank (list items whose text is
//	          blank are removed)
//	opaque    the field is carried, not read: it is lifted out before the
//	          validator sees the request, up to that many bytes
//	default   the value of an absent field; {n} as in labels
//	en, ru    the field's label. {n} is the 1-based place in the caller's list
//	          (in a default: among the items that are left)
//	secret    "true": never shown, never logged
//
// The package imports the standard library only.
package schema
