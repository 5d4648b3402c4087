package bridge

import (
	"context"

	"github.com/nodeline/nodeline/schema"
)

// AskAPI is the part of API about asks.
type AskAPI interface {
	Ask(context.Context, Caller, schema.AskRequest) (schema.Ask, error)
	AskGet(context.Context, Caller, schema.AskGetRequest) (schema.Ask, error)
	AskList(context.Context, Caller, schema.AskListRequest) (schema.AskListResult, error)
	AskCancel(context.Context, Caller, schema.AskCancelRequest) (schema.Ask, error)
	ItemMoved(context.Context, Caller, schema.ItemMovedRequest) (schema.ItemMovedResult, error)
}
