package catalog

import "github.com/nodeline/nodeline/schema"

// Way is one way in which an entry is filled in: a question with buttons, one with a
// list. Most entries have one.
type Way struct {
	ID    string // empty where there is one
	Title schema.Text
	Help  schema.Text
	// Fields in the order shown, those with More after the others.
	Fields []Field
	// Minted are the fields of the request that the host's adapter fills in by itself.
	Minted []string
	// Fixed are those that are always the same here: {"kind", "robot"}.
	Fixed map[string]string
	// Outcomes of a wait or a decision; none: there is one way out, beside errors.
	Outcomes []Outcome
}

// Entry is what a person picks in an editor: one operation, as a robot, an activity,
// an action or a trigger shows it.
type Entry struct {
	ID        string // in hosts' names; unique in its Offer, as "sendText" or "sendAndWait"
	Operation string // method of the RPC
	Title     schema.Text
	// Phrase says what happens, as a person would: "Send a text message".
	Phrase schema.Text
	Help   schema.Text
	Ways   []Way
}

// Offer is a group of entries about one thing.
type Offer struct {
	ID      string // "message"; empty where a kind has one
	Title   schema.Text
	Help    schema.Text
	Entries []Entry
}

// Picker is everything of one kind, in the order editors show it.
type Picker struct {
	Kind   Kind
	Offers []Offer
}

// WaysOf is the name of the field that chooses between the ways of an entry, with
// what a person reads beside it.
var WaysOf = Field{Path: "ask", Control: Select, Own: true,
	Label: &schema.Text{En: "Ask with", Ru: "Как спросить"},
	Help:  schema.Text{En: "How the customer answers.", Ru: "Как отвечает клиент."}}

// Pickers are all of them.
var Pickers = []Picker{
	{Kind: Action, Offers: []Offer{messageOffer, numberOffer, chatOffer, groupOffer, templateOffer, askOffer, eventOffer, fileOffer, lineOffer}},
	{Kind: Activity, Offers: []Offer{{Entries: []Entry{activityAsk}}}},
	{Kind: Robot, Offers: []Offer{{Entries: []Entry{robotCheck, robotText, robotFile, robotAsk, robotMoved}}}},
	{Kind: Trigger, Offers: []Offer{{Entries: []Entry{eventsTrigger}}}},
}

// PickerOf returns what there is of a kind.
func PickerOf(kind Kind) Picker {
	for _, p := range Pickers {
		if p.Kind == kind {
			return p
		}
	}
	return Picker{Kind: kind}
}

// LeftOut are the operations that no entry shows, with the reason.
var LeftOut = map[string]string{
	"line.create":       admin,
	"line.remove":       admin,
	"line.unlink":       "a flow that unlinks its line cannot link it again: somebody has to scan a code",
	"line.link":         "linking needs a person with a phone; hosts show it in their settings",
	"event.subscribe":   wiring,
	"event.unsubscribe": wiring,
	"host.attach":       wiring,
	"delivery.ack":      wiring,
	"delivery.list":     wiring,
	"delivery.replay":   wiring,
	"webhook.list":      wiring,
	"webhook.update":    wiring,
	"webhook.remove":    wiring,
	"webhook.rotate":    wiring,
	"webhook.test":      wiring,
	"token.create":      admin,
	"token.list":        admin,
	"token.revoke":      admin,
	"template.create":   admin,
	"template.update":   admin,
	"template.import":   admin,
	"template.delete":   admin,
}

const (
	admin  = "it needs an admin's token, and a flow holds the token of one line"
	wiring = "it is how an adapter hears of outcomes and events, and nothing that a flow does"
)
