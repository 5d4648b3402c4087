package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// WebhookAPI is the part of API about webhooks.
type WebhookAPI interface {
	WebhookCreate(context.Context, Caller, schema.WebhookCreateRequest) (schema.WebhookSecretResult, error)
	WebhookList(context.Context, Caller, schema.WebhookListRequest) (schema.WebhookListResult, error)
	WebhookUpdate(context.Context, Caller, schema.WebhookUpdateRequest) (schema.Webhook, error)
	WebhookRemove(context.Context, Caller, schema.WebhookRequest) (schema.Webhook, error)
	WebhookRotate(context.Context, Caller, schema.WebhookRotateRequest) (schema.WebhookSecretResult, error)
	WebhookTest(context.Context, Caller, schema.WebhookRequest) (schema.WebhookTestResult, error)
}
