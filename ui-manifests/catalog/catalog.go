// Package catalog says what the flow editors show, for no host in particular:
// each node's fields by their path in the operation's request, and its outcomes
// by id. A host's adapter draws the controls and orders the outputs in its own
// way; labels and limits of fields come from schema.
package catalog

import (
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// Kind is what a node is in a process.
type Kind string

// Kinds. An action is one operation, now. An activity may wait for an answer,
// whatever happens to the item meanwhile. A robot is bound to an item and its
// stage. A trigger starts a flow.
const (
	Action   Kind = "action"
	Activity Kind = "activity"
	Robot    Kind = "robot"
	Trigger  Kind = "trigger"
)

// Control is how a field is filled in.
type Control string

// Controls.
const (
	LinePicker Control = "line"     // one of the lines: a config node, a credential
	Phone      Control = "phone"    // a phone number or a chat, usually from the item
	Line1      Control = "text"     // one line of text
	TextArea   Control = "textarea" // several lines
	Select     Control = "select"   // one of Options
	Duration   Control = "duration" // whole seconds, shown in a unit that suits
	Chat       Control = "chat"     // a phone number or a chat, typed or picked from those who wrote and the groups
	Template   Control = "template" // a message template, picked: its name and language
	Number     Control = "number"   // a whole number
	YesNo      Control = "boolean"  // on or off
	Texts      Control = "texts"    // several texts
	Message    Control = "message"  // another message: its id, or the item that brought it or came of sending it
	Group      Control = "group"    // Fields, once or as a list that can be dragged
	Files      Control = "files"    // a list of files: by link, uploaded, or of the item itself
)

// Option is one value of a select.
type Option struct {
	Value string
	Label schema.Text
	Help  schema.Text
}

// When is the condition under which a field is shown: another field's value.
type When struct {
	Name   string // the other field's Name
	Values []string
}

// Field is one field that a node shows.
type Field struct {
	Path    string // in the request: "chat", "answer.kind"; of a group's field, in the group
	Control Control
	Label   *schema.Text // nil: the schema's own label
	Help    schema.Text
	Options []Option
	// As is what hosts call the field where the last name of Path will not do.
	As string
	// More: shown among the options that a person adds, not from the start.
	More    bool
	Example string  // a value as a person would type it
	Start   string  // the value that the host begins with, where the schema's default will not do
	StartIn string  // "msg": Start is a property of the message; empty: Start is the value itself
	When    *When   // nil: always shown
	Fields  []Field // of a group, and of a list of files
	// Own: the field is not in the request. The host's adapter acts on it by itself.
	Own bool
	// Needed: the entry cannot do without the field, though its operation can.
	Needed bool
	// ByLine: several texts stand each on a line of its own, since they may hold commas.
	ByLine bool
}

// Name is what hosts call the field.
func (f Field) Name() string {
	if f.As != "" {
		return f.As
	}
	return f.Path[strings.LastIndexByte(f.Path, '.')+1:]
}

// Outcome is one way out of a node.
type Outcome struct {
	ID    string
	Label schema.Text // {n} is the button's place
	// PerButton: one such outcome for each button, labelled with its text.
	PerButton bool
}

// Switch is a yes/no field of the node itself; it is not part of a request.
type Switch struct {
	Name    string
	Label   schema.Text
	Help    schema.Text
	Default bool
}
