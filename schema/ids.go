package schema

import "time"

// Each identifier has a type of its own, so that one cannot be passed for another.
type (
	// LineID names one linked WhatsApp account on this sidecar: 1-40 of a-z, 0-9 and '-'.
	LineID string
	// Key is an idempotency key: 1-128 of A-Z a-z 0-9 . _ : -
	// The same key on the same line always means the same request.
	Key string
	// MessageID is the WhatsApp message id, minted before the first try and reused in every try.
	MessageID string
	// DeliveryID is the stable id of one delivery to a host ("dlv_" and 26 characters).
	DeliveryID string
	// EventID is the stable id of one event ("evt_" and 26 characters).
	EventID string
	// HostID names one host installation that receives deliveries, chosen by the host: the form of a Key.
	HostID string
	// WebhookID names a webhook ("whk_" and 26 characters); it is not its secret.
	WebhookID string
	// SubscriptionID names a subscription to events, chosen by the caller: the form of a Key.
	SubscriptionID string
	// TokenID names a token in lists; it is not the token and not secret.
	TokenID string
)

// Lang is a language that sentences are written in.
type Lang string

// The languages of every label, sentence and screen.
const (
	English Lang = "en"
	Russian Lang = "ru"
)

// Text is a sentence or label in each language.
type Text struct {
	En string `json:"en"`
	Ru string `json:"ru"`
}

// In returns the text in lang, English for an unknown language.
func (t Text) In(lang Lang) string {
	if lang == Russian {
		return t.Ru
	}
	return t.En
}

// Time is a moment on the wire: RFC 3339 in UTC with milliseconds.
type Time = time.Time
