package schema

import "encoding/json"

// DeliveryKind names what is delivered.
type DeliveryKind string

// Delivery kinds.
const (
	DeliverAskOutcome DeliveryKind = "ask.outcome" // the one outcome of an ask
	DeliverEvent      DeliveryKind = "event"       // an event, to a webhook
	DeliverTest       DeliveryKind = "test"        // nothing but a sign of life, from webhook.test
)

// DeliveryState is where a stored delivery stands.
type DeliveryState string

// Delivery states. What is acknowledged is not listed.
const (
	DeliveryOpen DeliveryState = "open" // it is being tried
	DeliveryDead DeliveryState = "dead" // it was given up and waits for delivery.replay
)

// Delivery is what a host gets: pushed as a notification named "delivery", or
// sent by POST as the whole body. It comes again until the host acknowledges its
// ID (by delivery.ack, or by the answer to the POST); a repeat has the same ID and
// a higher Attempt, and never comes before an older one that is not acknowledged.
type Delivery struct {
	Stamp
	// ID of an event at a webhook is the event's and the webhook's, joined by a dot.
	ID      DeliveryID      `json:"id"`
	Kind    DeliveryKind    `json:"kind"`
	Line    LineID          `json:"line"`
	Host    HostID          `json:"host,omitempty"` // of an outcome
	Node    string          `json:"node,omitempty"`
	Attempt int             `json:"attempt"`           // from 1
	Ask     *Ask            `json:"ask,omitempty"`     // of an outcome
	Event   *Event          `json:"event,omitempty"`   // of an event
	Context json.RawMessage `json:"context,omitempty"` // as it came with the ask
	At      Time            `json:"at"`
	// Stored is what is known of its way; in lists only.
	Stored *StoredDelivery `json:"stored,omitempty"`
}

// StoredDelivery is where a delivery stands.
type StoredDelivery struct {
	State DeliveryState `json:"state"`
	// Webhook is the one that an event is for.
	Webhook WebhookID `json:"webhook,omitempty"`
	// To is where a reply URL leads, without its secret path.
	To string `json:"to,omitempty"`
	// Reason says why the last try did not succeed.
	Reason     string `json:"reason,omitempty"`
	HTTPStatus int    `json:"httpStatus,omitempty"` // of the last try; absent: there was no answer
	TriedAt    *Time  `json:"triedAt,omitempty"`
	NextTryAt  *Time  `json:"nextTryAt,omitempty"`
	DeadAt     *Time  `json:"deadAt,omitempty"`
}

// HostAttachRequest makes this connection the place where a host's deliveries
// go, what is open first. A newer connection of the same host takes over.
type HostAttachRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Host HostID `json:"host" validate:"required,key" en:"Host" ru:"Система"`
}

// HostAttachResult confirms.
type HostAttachResult struct {
	Stamp
	Open int `json:"open"` // deliveries not acknowledged yet
}

// DeliveryAckRequest ends deliveries: the host has them in its own keeping.
type DeliveryAckRequest struct {
	Line LineID       `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Host HostID       `json:"host" validate:"required,key" en:"Host" ru:"Система"`
	IDs  []DeliveryID `json:"ids" validate:"required,min=1,max=200,dive,key" en:"Deliveries" ru:"Доставки"`
}

// DeliveryAckResult says how many were open; acknowledging twice is harmless.
type DeliveryAckResult struct {
	Stamp
	Acked int `json:"acked"`
}

// DeliveryListRequest reads a line's deliveries that are not acknowledged, oldest
// first: for hosts without a socket, to ask again for those of one node that
// registered late, and to see what was given up.
type DeliveryListRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// Host, Node and Webhook limit the list. Absent: everything of the line.
	Host    HostID        `json:"host,omitempty" validate:"omitempty,key" en:"Host" ru:"Система"`
	Node    string        `json:"node,omitempty" validate:"omitempty,max=128" en:"Node" ru:"Узел"`
	Webhook WebhookID     `json:"webhook,omitempty" validate:"omitempty,key" en:"Webhook" ru:"Вебхук"`
	State   DeliveryState `json:"state,omitempty" validate:"omitempty,oneof=open dead" default:"open" en:"State" ru:"Состояние"`
	Count   int           `json:"count,omitempty" validate:"omitempty,min=1,max=200" default:"50" en:"How many" ru:"Сколько"`
	// After continues a list: the Next of the page before.
	After string `json:"after,omitempty" validate:"omitempty,max=64" en:"Page" ru:"Страница"`
}

// DeliveryListResult is one page.
type DeliveryListResult struct {
	Stamp
	Deliveries []Delivery `json:"deliveries"`
	Next       string     `json:"next,omitempty"` // empty on the last page
}

// DeliveryReplayRequest has deliveries that were given up tried again, under
// their ids, in the order in which they came to be, before what is still to be
// delivered. What is under way ends first. They have the whole time again.
type DeliveryReplayRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	// IDs names them; All means every one of the line, or of Host or Webhook.
	IDs     []DeliveryID `json:"ids,omitempty" validate:"omitempty,max=200,dive,key" en:"Deliveries" ru:"Доставки"`
	All     bool         `json:"all,omitempty" en:"All" ru:"Все"`
	Host    HostID       `json:"host,omitempty" validate:"omitempty,key" en:"Host" ru:"Система"`
	Webhook WebhookID    `json:"webhook,omitempty" validate:"omitempty,key" en:"Webhook" ru:"Вебхук"`
}

// DeliveryReplayResult says how many are open again.
type DeliveryReplayResult struct {
	Stamp
	Replayed int `json:"replayed"`
}
