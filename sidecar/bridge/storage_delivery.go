package bridge

import (
	"net/url"
	"slices"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// Way is how a delivery leaves.
type Way string

// Ways.
const (
	WayHost    Way = "host"    // to whoever takes the host's outcomes: its websocket, its webhook, delivery.list
	WayURL     Way = "url"     // by POST to a URL of its own
	WayWebhook Way = "webhook" // by POST to one webhook: an event that was given up, or outlived its line
)

// DeliveryRecord is one stored delivery.
type DeliveryRecord struct {
	Seq      int64
	Delivery schema.Delivery // Attempt: tries so far
	Way      Way
	Webhook  schema.WebhookID // of WayWebhook
	URL      string           // of WayURL
	Mode     schema.ReplyMode // of WayURL

	Opened  time.Time // the time until it is given up counts from here
	NextTry time.Time // of WayURL; zero: at once
	Tried   time.Time // zero: never
	Dead    time.Time // zero: it is open
	Why     Why       // the last try did not succeed
	Status  int       // of the last try's HTTP answer, 0 without one
}

// DeliveryFilter limits a list of deliveries.
type DeliveryFilter struct {
	Line    schema.LineID
	Host    schema.HostID    // "": any
	Node    string           // "": any
	Webhook schema.WebhookID // "": any; else the events put aside for it
	Way     Way              // "": any
	Dead    bool             // the dead ones; false: the open ones
	After   int64            // sequence number
	Count   int
}

// ReplyTarget is a place that reply URLs lead to.
type ReplyTarget struct {
	Target string // see TargetOf
	Due    time.Time
}

// TargetOf is the scheme and host of a URL; "" for what is no URL.
func TargetOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// WebhookRecord is one stored webhook.
type WebhookRecord struct {
	ID      schema.WebhookID
	Line    schema.LineID
	Name    string
	URL     string
	Host    schema.HostID // "": no outcomes
	Events  []schema.EventKind
	Filter  *schema.EventFilter // nil: all of them
	Secrets []Secret            // newest first
	Lang    schema.Lang         // of the sentences in its events
	Enabled bool
	Created time.Time
	// Cursor: the events of its kinds up to here were delivered or given up.
	Cursor int64
	// Gone: its line was removed; the last delivery that it still gets. Nil: the line is there.
	Gone *int64

	Head      schema.DeliveryID // what the last try was of
	Attempt   int               // tries of Head
	Failures  int               // tries without success since the last answer
	NextTry   time.Time         // zero: at once
	Why       Why               // the last try did not succeed
	Status    int               // of the last try's HTTP answer, 0 without one
	Tried     time.Time         // zero: never
	Succeeded time.Time         // zero: never
}

// Secret signs a webhook's deliveries.
type Secret struct {
	Text  string    `json:"text"` // "whsec_" and base64
	Until time.Time `json:"until,omitzero"`
}

// Signing are the secrets that sign at a moment, newest first.
func (w WebhookRecord) Signing(now time.Time) []string {
	var texts []string
	for _, s := range w.Secrets {
		if s.Until.IsZero() || now.Before(s.Until) {
			texts = append(texts, s.Text)
		}
	}
	return texts
}

// Wants reports whether the webhook gets events of a kind.
func (w WebhookRecord) Wants(kind schema.EventKind) bool { return slices.Contains(w.Events, kind) }

// EventDelivery is an event as a webhook gets it.
func EventDelivery(w schema.WebhookID, e schema.Event) schema.Delivery {
	return schema.Delivery{ID: schema.DeliveryID(string(e.ID) + "." + string(w)), Kind: schema.DeliverEvent, Line: e.Line, Event: &e, At: e.At}
}
