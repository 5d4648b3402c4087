package schema

// WebhookState is where a webhook stands.
type WebhookState string

// Webhook states.
const (
	WebhookIdle     WebhookState = "idle"     // nothing waits
	WebhookWorking  WebhookState = "working"  // something waits and is about to be sent
	WebhookRetrying WebhookState = "retrying" // the last try did not succeed; it is tried again at NextTryAt
	WebhookPaused   WebhookState = "paused"   // enabled is false: everything waits
)

// Webhook is an address that gets a line's events by POST, and the outcomes of one
// host. One at a time, in order: the next goes out when the one before it was
// acknowledged with a 2xx or given up.
type Webhook struct {
	Stamp
	ID     WebhookID   `json:"id"`
	Line   LineID      `json:"line"`
	Name   string      `json:"name"`
	URL    string      `json:"url"`
	Host   HostID      `json:"host,omitempty"`
	Events []EventKind `json:"events"`
	// Filter picks among the events; absent: all of them.
	Filter *EventFilter `json:"filter,omitempty"`

	Enabled   bool         `json:"enabled"`
	State     WebhookState `json:"state"`
	CreatedAt Time         `json:"createdAt"`
	// Waiting is what is not acknowledged yet, at most 1000 are counted.
	Waiting int `json:"waiting"`
	// Dead is what was given up: delivery.list shows it, delivery.replay brings it back.
	Dead int `json:"dead"`
	// Attempt counts the tries of what waits first.
	Attempt     int    `json:"attempt,omitempty"`
	Reason      string `json:"reason,omitempty"`     // why the last try did not succeed
	HTTPStatus  int    `json:"httpStatus,omitempty"` // of the last try; absent: there was no answer
	TriedAt     *Time  `json:"triedAt,omitempty"`
	SucceededAt *Time  `json:"succeededAt,omitempty"`
	NextTryAt   *Time  `json:"nextTryAt,omitempty"`
	// OldSecretUntil is when the secret before the newest stops signing.
	OldSecretUntil *Time `json:"oldSecretUntil,omitempty"`
}

// WebhookCreateRequest makes a webhook. It gets the events that come from now on,
// and all outcomes of Host that are not acknowledged. At least one of Events and Host is given.
type WebhookCreateRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Name string `json:"name" validate:"required,notblank,max=60" norm:"trim" en:"Name" ru:"Название"`
	// URL is http or https. Private addresses, and http beyond this machine, have to
	// be allowed with: nodeline serve --deliver-to.
	URL    string      `json:"url" validate:"required,max=2048" norm:"trim" en:"URL" ru:"Адрес"`
	Host   HostID      `json:"host,omitempty" validate:"omitempty,key" en:"Host" ru:"Система"`
	Events []EventKind `json:"events,omitempty" validate:"omitempty,max=20,dive,oneof=message.incoming message.edited message.deleted message.reaction message.status message.undelivered call.incoming group.changed number.changed line.state" en:"Events" ru:"События"`
	// Filter picks among the events; the host's outcomes are not filtered.
	Filter *EventFilter `json:"filter,omitempty" validate:"omitempty" en:"Filter" ru:"Фильтр"`
}

// WebhookSecretResult holds the secret that signs, which cannot be read again.
type WebhookSecretResult struct {
	Stamp
	Webhook Webhook `json:"webhook"`
	Secret  string  `json:"secret" secret:"true"` // "whsec_" and base64
}

// WebhookRequest names one webhook.
type WebhookRequest struct {
	Line LineID    `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	ID   WebhookID `json:"id" validate:"required,key" en:"Webhook" ru:"Вебхук"`
}

// WebhookListRequest names the line whose webhooks are shown.
type WebhookListRequest struct {
	Line LineID `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
}

// WebhookListResult is every webhook of the line, oldest first.
type WebhookListResult struct {
	Stamp
	Webhooks []Webhook `json:"webhooks"`
}

// WebhookUpdateRequest changes a webhook; an absent field stays as it is. What
// waits is tried at once.
type WebhookUpdateRequest struct {
	Line LineID    `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	ID   WebhookID `json:"id" validate:"required,key" en:"Webhook" ru:"Вебхук"`
	Name string    `json:"name,omitempty" validate:"omitempty,notblank,max=60" norm:"trim" en:"Name" ru:"Название"`
	URL  string    `json:"url,omitempty" validate:"omitempty,max=2048" norm:"trim" en:"URL" ru:"Адрес"`
	// Events empty: no events any more. Kinds that are new count from what waits first.
	Events []EventKind `json:"events,omitempty" validate:"omitempty,max=20,dive,oneof=message.incoming message.edited message.deleted message.reaction message.status message.undelivered call.incoming group.changed number.changed line.state" en:"Events" ru:"События"`
	// Filter takes the place of the one before, whole; an empty one picks all.
	Filter *EventFilter `json:"filter,omitempty" validate:"omitempty" en:"Filter" ru:"Фильтр"`
	// Enabled false: everything waits until it is true again, and nothing is given up.
	Enabled *bool `json:"enabled,omitempty" en:"Enabled" ru:"Включён"`
}

// WebhookRotateRequest makes a new secret. The old one signs beside it for a while,
// so that the receiver can change over without losing anything.
type WebhookRotateRequest struct {
	Line        LineID    `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	ID          WebhookID `json:"id" validate:"required,key" en:"Webhook" ru:"Вебхук"`
	KeepSeconds int       `json:"keepSeconds,omitempty" validate:"omitempty,min=1,max=2592000" default:"86400" en:"Keep the old secret, seconds" ru:"Оставить старый секрет, секунд"`
}

// WebhookTestResult is what came back from a delivery of the kind test. It stands
// beside the queue: what waits is not touched.
type WebhookTestResult struct {
	Stamp
	Delivered  bool   `json:"delivered"`
	HTTPStatus int    `json:"httpStatus,omitempty"` // absent: there was no answer
	Reason     string `json:"reason,omitempty"`     // why it was not delivered
	TookMs     int    `json:"tookMs"`
}
